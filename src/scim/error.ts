/** The `scimType` values of RFC 7644 §3.12 that the gateway answers. */
export type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "uniqueness"
  | "mutability"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue"
  | "sensitive";

/** An answer that the client caused: status, optional scimType, and a detail that says what to change. */
export class ScimError extends Error {
  override readonly name = "ScimError";

  private constructor(
    readonly status: number,
    readonly scimType: ScimType | undefined,
    readonly detail: string,
  ) {
    super(detail);
  }

  static invalidFilter(detail: string): ScimError {
    return new ScimError(400, "invalidFilter", detail);
  }

  static tooMany(detail: string): ScimError {
    return new ScimError(400, "tooMany", detail);
  }

  static uniqueness(detail: string): ScimError {
    return new ScimError(409, "uniqueness", detail);
  }

  static mutability(detail: string): ScimError {
    return new ScimError(400, "mutability", detail);
  }

  static invalidSyntax(detail: string): ScimError {
    return new ScimError(400, "invalidSyntax", detail);
  }

  static invalidPath(detail: string): ScimError {
    return new ScimError(400, "invalidPath", detail);
  }

  static noTarget(detail: string): ScimError {
    return new ScimError(400, "noTarget", detail);
  }

  static invalidValue(detail: string): ScimError {
    return new ScimError(400, "invalidValue", detail);
  }

  /** An error that RFC 7644 §3.12 gives a status but no scimType, such as 404 or 412. */
  static status(status: number, detail: string): ScimError {
    return new ScimError(status, undefined, detail);
  }
}
