import { useCallback, useState } from "react";
import { useSearchParams } from "react-router";

/** A filter that is held in the URL, so that a link shows what the sender sees; empty is left out. */
export function useFilter(name: string): readonly [string, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const [place] = useState(window.location.pathname);
  const change = useCallback(
    (value: string) => {
      // A page that is being left must not lead back to itself.
      if (window.location.pathname !== place) return;
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          if (value === "") after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      );
    },
    [name, place, setParameters],
  );
  return [parameters.get(name) ?? "", change];
}
