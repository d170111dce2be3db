import {
  Alert,
  Anchor,
  Button,
  Center,
  Container,
  Group,
  Loader,
  Stack,
  Tabs,
  Text,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useSearchParams } from "react-router";
import { bodyOf, type Schemas } from "../api/client.ts";
import { isSignedOut, wordsOf } from "../api/problem.ts";
import { Moment } from "../parts/moment.tsx";
import { Failure, Loading } from "../parts/states.tsx";
import { OwnBridge } from "./own-bridge.tsx";
import { OwnLog } from "./own-log.tsx";
import { OwnTokens } from "./own-tokens.tsx";
import { closeSetup, openSetup, type Session, setupApi, type Team } from "./session.ts";
import { Wizard } from "./wizard.tsx";

/** What a customer's administrator sees, who came by a set-up link. */
export function SetUpByLink() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["set-up"],
    queryFn: openSetup,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    const name = data?.team.name;
    document.title = name === undefined || name === null ? "Set-up" : `Set-up · ${name}`;
  }, [data]);
  if (isPending) {
    return (
      <Center h="60vh">
        <Loader aria-label="Opening the set-up" />
      </Center>
    );
  }
  return (
    <Container size="md" py="md" component="main">
      <Stack>
        {data === undefined ? (
          <Failure error={error} again={refetch} />
        ) : (
          <>
            <Head team={data.team} isOpen={data.session !== null} />
            {data.session === null ? (
              <Over team={data.team} problem={data.problem} />
            ) : (
              <Own session={data.session} team={data.team} />
            )}
          </>
        )}
      </Stack>
    </Container>
  );
}

function Head({ team, isOpen }: { readonly team: Team; readonly isOpen: boolean }) {
  const queries = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  return (
    <Group justify="space-between" component="header">
      <Group gap="sm" wrap="nowrap">
        {team.logo !== null && <img src={team.logo} alt="" height={32} className="team-logo" />}
        <Text fw={650}>{team.name ?? "Set-up"}</Text>
      </Group>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
        >
          {scheme === "dark" ? "Light page" : "Dark page"}
        </Button>
        {isOpen && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              void closeSetup().finally(() => queries.resetQueries());
            }}
          >
            Close the set-up
          </Button>
        )}
      </Group>
    </Group>
  );
}

/** Says that a link does not work, and whom to ask. */
function Over({ team, problem }: { readonly team: Team; readonly problem: string | undefined }) {
  return (
    <Alert color="yellow" title="This set-up is not open" role="alert">
      <Stack gap="xs">
        <Text size="sm">
          {problem ??
            "Open the link that you were given once more. If it does not work any more, it has ended."}
        </Text>
        <WhomToAsk team={team} />
      </Stack>
    </Alert>
  );
}

function WhomToAsk({ team: { name, contact } }: { readonly team: Team }) {
  if (contact === null) return null;
  const to = contact.includes("@") && !contact.includes("/") ? `mailto:${contact}` : contact;
  return (
    <Text size="sm">
      {name ?? "The team"}:{" "}
      <Anchor href={to} inherit c="inherit" underline="always" rel="noreferrer">
        {contact}
      </Anchor>
    </Text>
  );
}

const PLACES = [
  { name: "connect", label: "Set up" },
  { name: "rotate-token", label: "Tokens" },
  { name: "bridge-credentials", label: "Directory access" },
  { name: "log", label: "Log" },
] as const;

/** The connector of a link, and what the link lets do with it. */
function Own({ session, team }: { readonly session: Session; readonly team: Team }) {
  const { connectorId: id, can, endsAt } = session;
  const [parameters, setParameters] = useSearchParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["own-connector", id],
    queryFn: () => bodyOf(setupApi.GET("/setup/v1/connectors/{id}", { params: { path: { id } } })),
    refetchInterval: 60_000,
  });
  if (isSignedOut(error)) return <Over team={team} problem={wordsOf(error)} />;
  if (isPending) return <Loading />;
  if (data === undefined) return <Failure error={error} again={refetch} />;
  const places = PLACES.filter(({ name }) => can.includes(name));
  const [first] = places;
  const asked = parameters.get("show");
  const shown = places.find(({ name }) => name === asked) ?? first;
  return (
    <Stack>
      <Stack gap={2}>
        <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
          {data.name}
        </Title>
        <Text c="dimmed" size="sm">
          This link works until <Moment time={endsAt} size="sm" />.
        </Text>
      </Stack>
      <Tabs
        value={shown?.name ?? null}
        onChange={(name) => setParameters(name === null ? {} : { show: name }, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {places.map(({ name, label }) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {places.map(({ name }) => (
          <Tabs.Panel key={name} value={name}>
            <Place name={name} connector={data} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}

function Place({
  name,
  connector,
}: {
  readonly name: (typeof PLACES)[number]["name"];
  readonly connector: Schemas["OwnConnector"];
}) {
  switch (name) {
    case "connect":
      return <Wizard connector={connector} />;
    case "rotate-token":
      return <OwnTokens id={connector.id} />;
    case "bridge-credentials":
      return <OwnBridge id={connector.id} preset={connector.preset} />;
    case "log":
      return <OwnLog id={connector.id} />;
  }
}
