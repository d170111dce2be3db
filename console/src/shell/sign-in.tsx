import {
  Alert,
  Button,
  Center,
  Loader,
  Paper,
  PasswordInput,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useNavigate } from "react-router";
import { signIn } from "../api/client.ts";
import { wordsOf } from "../api/problem.ts";
import { Brand } from "./brand.tsx";

/** The code of a sign-in link, which the first call takes out of the address bar and its history. */
function takeCode(): string | undefined {
  const code = window.location.hash.slice(1);
  if (!code.startsWith("sgl_")) return undefined;
  window.history.replaceState(window.history.state, "", window.location.pathname);
  return code;
}

/** Exchanges a key, the admin token or the code of a link for a session, and goes on to the connectors. */
function useSignIn() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: signIn,
    onSuccess: async () => {
      if (window.location.pathname.endsWith("/sign-in")) await navigate("/", { replace: true });
      await queries.resetQueries();
    },
  });
}

/** Where a link leads: it signs in by itself, and says so where the link is used up. */
export function SignInByLink() {
  const mutation = useSignIn();
  const { mutate } = mutation;
  useEffect(() => {
    const code = takeCode();
    if (code !== undefined) mutate(code);
  }, [mutate]);
  if (mutation.isPending) {
    return (
      <Center h="60vh">
        <Loader aria-label="Signing in" />
      </Center>
    );
  }
  if (mutation.error === null) return <SignIn />;
  return (
    <SignIn>
      <Alert color="yellow" title="This link does not work any more">
        It signs in once, within a quarter of an hour. Start the gateway again for another one, or
        sign in with a key.
      </Alert>
    </SignIn>
  );
}

/** Asks for a key or the admin token. */
export function SignIn({ children }: { readonly children?: ReactNode }) {
  const mutation = useSignIn();
  return (
    <Center mih="80vh" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const credential = new FormData(event.currentTarget).get("credential");
            if (typeof credential === "string") mutation.mutate(credential.trim());
          }}
        >
          <Stack>
            <Brand />
            <Title order={1} size="h3">
              Sign in
            </Title>
            {children}
            <PasswordInput
              name="credential"
              label="Key or admin token"
              description="It is exchanged for a session of this browser and not kept."
              autoComplete="off"
              required
              withAsterisk={false}
              data-autofocus
            />
            {mutation.error !== null && (
              <Text c="red" size="sm" role="alert">
                {mutation.error instanceof Error && wordsOf(mutation.error)}
              </Text>
            )}
            <Button type="submit" loading={mutation.isPending}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
