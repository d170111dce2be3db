/** A value that D1 binds to a statement. */
export type Bound = string | number;

/**
 * Collects the values of a statement that is composed at run time and hands out their numbered
 * places. A value used twice is bound once: D1 takes at most 100 parameters.
 */
export class Parameters {
  private readonly places = new Map<Bound, string>();

  /** The place (`?3`) under which a value is bound. */
  bind(value: Bound): string {
    const known = this.places.get(value);
    if (known !== undefined) return known;
    const place = `?${this.places.size + 1}`;
    this.places.set(value, place);
    return place;
  }

  /** The values in the order of their places. */
  values(): readonly Bound[] {
    return [...this.places.keys()];
  }
}
