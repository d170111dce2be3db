/** The run that a step belongs to was ended, or replaced, or may write no more, while it waited for the world. */
export class RunReplaced extends Error {
  override readonly name = "RunReplaced";
}
