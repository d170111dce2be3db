import { TextInput, type TextInputProps } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { useFilter } from "./filters.ts";

const PAUSE_MS = 350;

/** A field for a filter of the URL, which follows once the writer pauses. */
export function SearchField({ name, ...field }: TextInputProps & { readonly name: string }) {
  const [value, change] = useFilter(name);
  const [written, setWritten] = useState(value);
  const follow = useDebouncedCallback(change, PAUSE_MS);
  return (
    <TextInput
      type="search"
      {...field}
      value={written}
      onChange={(event) => {
        setWritten(event.currentTarget.value);
        follow(event.currentTarget.value.trim());
      }}
    />
  );
}
