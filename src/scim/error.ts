/** The `scimType` values of RFC 7644 §3.12 and RFC 9865 §2.1 that the gateway answers. */
export type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "uniqueness"
  | "mutability"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue"
  | "sensitive"
  | "invalidCursor"
  | "expiredCursor"
  | "invalidCount";

/**
 * A sentence for administrators alone: the cause and the next step. It may name what the client must
 * not learn; every value that a client sent passes through `quote`, which can hide it. `cause` is the
 * detail as the log may show it.
 */
export type Explanation = (quote: (value: string) => string, cause: string) => string;

/** An answer that the client caused: status, optional scimType, and a detail that says what to change. */
export class ScimError extends Error {
  override readonly name = "ScimError";

  private constructor(
    readonly status: number,
    readonly scimType: ScimType | undefined,
    readonly detail: string,
    /** What the event log says instead of the detail; never part of the answer. */
    readonly explanation?: Explanation,
  ) {
    super(detail);
  }

  /** The same refusal with a sentence for the event log that says more than the client may know. */
  explainedBy(explanation: Explanation): ScimError {
    return new ScimError(this.status, this.scimType, this.detail, explanation);
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

  static invalidCursor(detail: string): ScimError {
    return new ScimError(400, "invalidCursor", detail);
  }

  static expiredCursor(detail: string): ScimError {
    return new ScimError(400, "expiredCursor", detail);
  }

  static invalidCount(detail: string): ScimError {
    return new ScimError(400, "invalidCount", detail);
  }

  /** An error that RFC 7644 §3.12 gives a status but no scimType, such as 404 or 412. */
  static status(status: number, detail: string): ScimError {
    return new ScimError(status, undefined, detail);
  }
}
