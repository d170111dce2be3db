/** The name of an operation as words: changeConnector is "change connector". */
export function inWords(operation: string): string {
  return operation.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}
