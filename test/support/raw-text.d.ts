/** A file as text, which vite reads when the test is built. */
declare module "*?raw" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: this is how vite exports it
  export default text;
}
