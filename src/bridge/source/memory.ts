/** An access token of the provider (RFC 6749 §5.1). */
export interface AccessToken {
  readonly value: string;
  /** As the provider wrote it: `Bearer`, `DPoP`. */
  readonly type: string;
  readonly expiresAt: number;
}

/** A page size that was found for a list, and how many pages of it were good since. */
export interface FoundSize {
  readonly size: number;
  readonly good: number;
}

/**
 * What a bridge's object remembers of its provider from slice to slice, in its own memory alone: nothing
 * is lost with it but a request or two.
 */
export interface SourceMemory {
  /** Access tokens by what they are for. */
  readonly tokens: Map<string, AccessToken>;
  /** Until when the provider is not to be asked, by the kind of request, in milliseconds. */
  readonly pauses: Map<string, number>;
  /** How many records of a list can be asked for at once, where its pages were too large. */
  readonly sizes: Map<string, FoundSize>;
}

/** A memory in which nothing is yet. */
export function emptySourceMemory(): SourceMemory {
  return { tokens: new Map(), pauses: new Map(), sizes: new Map() };
}

/** Gives the memory that belongs to a source and its credentials; with other ones it is a new one. */
export type KeepSourceMemory = (key: string) => SourceMemory;

/** Makes a keeper of one memory. */
export function keepSourceMemory(): KeepSourceMemory {
  let kept: { readonly key: string; readonly memory: SourceMemory } | undefined;
  return (key) => {
    if (kept?.key !== key) kept = { key, memory: emptySourceMemory() };
    return kept.memory;
  };
}
