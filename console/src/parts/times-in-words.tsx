import { Fragment } from "react";
import { Moment } from "./moment.tsx";

const TIME = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

/** A text of the gateway in its own words, with the moments in it as those of the reader's zone. */
export function TimesInWords({ text }: { readonly text: string }) {
  return text.split(TIME).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
    <Fragment key={at}>{isMoment(part) ? <Moment time={part} /> : part}</Fragment>
  ));
}

function isMoment(part: string): boolean {
  return TIME.test(part) && Number.isFinite(Date.parse(part));
}
