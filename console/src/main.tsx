import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./console.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { ApiProblem, isSignedOut } from "./api/problem.ts";
import { App } from "./app.tsx";
import { THEME, VARIABLES } from "./theme.ts";

const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute("content") ?? "";
// Where a library of Mantine looks for the nonce of the style sheets that it makes.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const ATTEMPTS_MAX = 2;

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // What was refused is refused again; what could not be answered may be another time.
      retry: (failures, error) =>
        failures < ATTEMPTS_MAX &&
        !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
      staleTime: 5_000,
    },
  },
});

queries.getQueryCache().subscribe(({ query, type }) => {
  const hasEnded = type === "updated" && isSignedOut(query.state.error);
  // Whoever was signed in is not any more: the question who it is leads to the page that signs in.
  if (hasEnded && query.queryKey[0] !== "caller") {
    void queries.invalidateQueries({ queryKey: ["caller"] });
  }
});

/** Where a set-up link leads; the console is not for whoever comes by one. */
const SETUP_PATH = "/setup";

const SetUpByLink = lazy(async () => ({
  default: (await import("./set-up/set-up.tsx")).SetUpByLink,
}));

const isSetUp = /^\/setup(?:\/|$)/.test(window.location.pathname);

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no place for the console.");
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={THEME}
      cssVariablesResolver={VARIABLES}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Notifications position="top-right" />
      <QueryClientProvider client={queries}>
        {isSetUp ? (
          <BrowserRouter basename={SETUP_PATH}>
            <Suspense>
              <SetUpByLink />
            </Suspense>
          </BrowserRouter>
        ) : (
          <BrowserRouter basename="/console">
            <App />
          </BrowserRouter>
        )}
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
