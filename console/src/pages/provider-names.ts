/** The provider that a connector was made for, as people call it. */
export function presetName(preset: string | null): string {
  return preset === null ? "Any" : (NAMES.get(preset) ?? preset);
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ["okta", "Okta"],
  ["entra", "Microsoft Entra ID"],
  ["google", "Google Workspace"],
  ["onelogin", "OneLogin"],
  ["jumpcloud", "JumpCloud"],
  ["scim", "SCIM server"],
]);
