/** Something that the caller has to change; its message is one sentence. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The gateway refused, or could not be reached. */
export const EXIT_FAILED = 1;
/** The arguments, the environment or the file are wrong. */
export const EXIT_USAGE = 2;
/** `--exit-code`, and the gateway differs from the file. */
export const EXIT_DIFFERS = 3;

/** A failure of the arguments, the environment or the file. */
export function usageFailure(message: string): Failure {
  return new Failure(message, EXIT_USAGE);
}
