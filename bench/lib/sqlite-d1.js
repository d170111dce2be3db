import { DatabaseSync } from "node:sqlite";

/** D1's calls over an in-memory SQLite database, so that its answers can be recorded and repeated. */
export class RecordingD1 {
  database = new DatabaseSync(":memory:");
  /** @type {any[][]} */
  recorded = [];
  /** @type {"ask" | "replay"} */
  mode = "ask";
  #position = 0;

  /** @param {string} text */
  prepare(text) {
    return this.#statement(text, []);
  }

  /** @param {any[]} statements */
  async batch(statements) {
    if (this.mode === "replay") {
      const results = this.recorded[this.#position % this.recorded.length] ?? [];
      this.#position += 1;
      return results;
    }
    const results = statements.map(({ text, values }) => this.#run(text, values));
    this.recorded.push(results);
    return results;
  }

  /** Repeats what was recorded since the last call of this. */
  startReplay() {
    this.mode = "replay";
    this.#position = 0;
  }

  /** Forgets what was recorded and asks the database again. */
  startRecording() {
    this.mode = "ask";
    this.recorded = [];
  }

  /** @param {string} text @param {any[]} values @returns {any} */
  #statement(text, values) {
    const all = async () => (await this.batch([{ text, values }]))[0] ?? { results: [] };
    return {
      text,
      values,
      bind: (/** @type {any[]} */ ...bound) => this.#statement(text, bound),
      all,
      run: all,
      first: async () => (await all()).results[0] ?? null,
    };
  }

  /** @param {string} text @param {any[]} values */
  #run(text, values) {
    const before = this.#changes();
    const results = this.database.prepare(text).all(...values);
    const meta = { changes: this.#changes() - before, rows_read: 0, rows_written: 0 };
    return { success: true, results, meta };
  }

  #changes() {
    return Number(this.database.prepare("SELECT total_changes() AS n").get()?.n);
  }
}
