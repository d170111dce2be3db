/**
 * The value below which such a part of the values lies; 0 of none.
 *
 * @param {readonly number[]} values
 * @param {number} part from 0 to 1
 */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
}

/**
 * The value in the middle.
 *
 * @param {readonly number[]} values
 */
export function median(values) {
  return quantile(values, 0.5);
}
