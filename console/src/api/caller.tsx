import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext } from "react";
import { api, bodyOf, type Schemas } from "./client.ts";

/** Who is signed in. */
export type Caller = Schemas["Caller"];

type Role = Caller["role"];

const ROLES: readonly Role[] = ["directory", "feed", "operator", "admin"];

const CallerContext = createContext<Caller | undefined>(undefined);

/** Makes known who is signed in. */
export function CallerProvider({
  caller,
  children,
}: {
  readonly caller: Caller;
  readonly children: ReactNode;
}) {
  return <CallerContext value={caller}>{children}</CallerContext>;
}

/** Asks who is signed in; an error with the status 401 says that nobody is. */
export function useAskedCaller({ isOff }: { readonly isOff: boolean }) {
  return useQuery({
    enabled: !isOff,
    queryKey: ["caller"],
    queryFn: () => bodyOf(api.GET("/caller")),
    retry: false,
    staleTime: 60_000,
  });
}

/** Who is signed in; throws outside of a provider. */
export function useCaller(): Caller {
  const caller = useContext(CallerContext);
  if (caller === undefined) throw new Error("Nobody is signed in here.");
  return caller;
}

/** Whether somebody may do what takes at least a role; reading alone is for everybody who has it. */
export function may(
  { role, mayWrite }: Pick<Caller, "role" | "mayWrite">,
  least: Role,
  what: "read" | "write" = "write",
): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least) && (what === "read" || mayWrite);
}

/** Whether whoever is signed in may do something: see may. */
export function useMay(least: Role, what: "read" | "write" = "write"): boolean {
  return may(useCaller(), least, what);
}
