/** The SHA-256 of a text, in base64 without padding: what tells whether a record changed. */
export async function hashText(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest))).replace("=", "");
}
