import { Alert, Button, Center, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { ApiProblem, wordsOf } from "../api/problem.ts";

/** Stands where something is being loaded. */
export function Loading({ lines = 4 }: { readonly lines?: number }) {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: lines }, (_, at) => `line ${at}`).map((name) => (
        <Skeleton key={name} height={18} />
      ))}
    </Stack>
  );
}

/** Says what went wrong, in the gateway's words, and offers another try. */
export function Failure({
  error,
  again,
}: {
  readonly error: unknown;
  readonly again?: (() => unknown) | undefined;
}) {
  const isMissing = error instanceof ApiProblem && error.status === 404;
  const isForbidden = error instanceof ApiProblem && error.status === 403;
  const title = isMissing
    ? "There is no such thing"
    : isForbidden
      ? "You may not see this"
      : "This did not work";
  return (
    <Alert color={isMissing || isForbidden ? "gray" : "red"} title={title} role="alert">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{wordsOf(error)}</Text>
        {again !== undefined && !isMissing && !isForbidden && (
          <Button size="xs" variant="default" onClick={() => again()}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Stands where there is nothing, and says why and what to do. */
export function Nothing({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <Center py="xl">
      <Stack gap="xs" align="center" maw={480} ta="center">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text c="dimmed" size="sm" component="div">
          {children}
        </Text>
      </Stack>
    </Center>
  );
}
