import { Center, Loader } from "@mantine/core";
import { type ComponentType, lazy, Suspense } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { CallerProvider, may, useAskedCaller } from "./api/caller.tsx";
import { isSignedOut } from "./api/problem.ts";
import { Guard } from "./parts/guard.tsx";
import { Failure, Loading, Nothing } from "./parts/states.tsx";
import { Frame } from "./shell/frame.tsx";
import { SignIn, SignInByLink } from "./shell/sign-in.tsx";

/** A page that is loaded when it is first shown. */
function page(load: () => Promise<ComponentType>) {
  return lazy(async () => ({ default: await load() }));
}

const Connectors = page(async () => (await import("./pages/connectors/connectors.tsx")).Connectors);
const NewConnector = page(
  async () => (await import("./pages/connectors/new-connector.tsx")).NewConnector,
);
const SetUp = page(async () => (await import("./pages/connectors/set-up.tsx")).SetUp);
const Connector = page(async () => (await import("./pages/connector/connector.tsx")).Connector);
const UnusedTokens = page(async () => (await import("./pages/all/tokens.tsx")).UnusedTokens);
const Audit = page(async () => (await import("./pages/all/audit.tsx")).Audit);
const Keys = page(async () => (await import("./pages/all/keys.tsx")).Keys);
const Sessions = page(async () => (await import("./pages/all/sessions.tsx")).Sessions);
const Alerts = page(async () => (await import("./pages/all/alerts.tsx")).Alerts);
const Health = page(async () => (await import("./pages/all/health.tsx")).Health);
const AllWebhooks = page(async () => (await import("./pages/all/webhooks.tsx")).AllWebhooks);
const AnyWebhook = page(async () => (await import("./pages/all/webhooks.tsx")).AnyWebhook);
const Refusals = page(async () => (await import("./pages/all/refusals.tsx")).Refusals);

/** The console: who is not signed in signs in first, on whichever page. */
export function App() {
  const { pathname } = useLocation();
  const isSigningIn = pathname === "/sign-in";
  const { data: caller, error, isPending, refetch } = useAskedCaller({ isOff: isSigningIn });
  if (isSigningIn) return <SignInByLink />;
  if (isPending) {
    return (
      <Center h="60vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (isSignedOut(error)) return <SignIn />;
  if (caller === undefined) return <Failure error={error} again={refetch} />;
  return (
    <CallerProvider caller={caller}>
      <Frame>
        <Guard place={pathname}>
          {!may(caller, "operator", "read") ? (
            <ForApplications />
          ) : (
            <Suspense fallback={<Loading />}>
              <Routes>
                <Route path="/" element={<Navigate to="/connectors" replace />} />
                <Route path="/connectors" element={<Connectors />} />
                <Route path="/connectors/new" element={<NewConnector />} />
                <Route path="/connectors/:id/set-up" element={<SetUp />} />
                <Route path="/connectors/:id/*" element={<Connector />} />
                <Route path="/tokens" element={<UnusedTokens />} />
                <Route path="/audit" element={<Audit />} />
                <Route path="/keys" element={<Keys />} />
                <Route path="/sessions" element={<Sessions />} />
                <Route path="/alerts" element={<Alerts />} />
                <Route path="/health" element={<Health />} />
                <Route path="/webhooks" element={<AllWebhooks />} />
                <Route path="/webhooks/:webhookId" element={<AnyWebhook />} />
                <Route path="/refusals" element={<Refusals />} />
                <Route
                  path="*"
                  element={<Nothing title="There is no such page">Choose one on the left.</Nothing>}
                />
              </Routes>
            </Suspense>
          )}
        </Guard>
      </Frame>
    </CallerProvider>
  );
}

/** What a key of an application is told, which may open none of the pages. */
function ForApplications() {
  return (
    <Nothing title="This key is for an application">
      It reads directories and changes at /v1. Sign in with a key that has the role operator or
      admin.
    </Nothing>
  );
}
