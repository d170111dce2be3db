import icon from "../icon.svg";

/** The name of the console with its sign. */
export function Brand() {
  return (
    <span className="brand">
      <img src={icon} width={24} height={24} alt="" />
      scim-edge
    </span>
  );
}
