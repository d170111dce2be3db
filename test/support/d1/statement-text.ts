/** Whether a statement begins so, however it writes its keywords and names: `update bridges`. */
export function beginsWith(statement: string, beginning: string): boolean {
  return statement.replaceAll('"', "").toLowerCase().startsWith(beginning);
}
