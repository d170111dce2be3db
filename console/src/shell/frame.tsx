import {
  AppShell,
  Burger,
  Button,
  Group,
  Menu,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useLocation } from "react-router";
import { type Caller, may, useCaller } from "../api/caller.tsx";
import { type Schemas, signOut } from "../api/client.ts";
import { Brand } from "./brand.tsx";

interface Place {
  readonly to: string;
  readonly label: string;
  /** Whether somebody is to see it. */
  readonly isFor: (caller: Caller) => boolean;
}

const seesAll = ({ connectorId, tenant }: Caller) => connectorId === null && tenant === null;

const PLACES: readonly Place[] = [
  { to: "/connectors", label: "Connectors", isFor: (caller) => may(caller, "operator", "read") },
  { to: "/alerts", label: "Alerts", isFor: (caller) => may(caller, "operator", "read") },
  { to: "/health", label: "Health", isFor: (caller) => may(caller, "operator", "read") },
  { to: "/webhooks", label: "Webhooks", isFor: (caller) => may(caller, "operator", "read") },
  {
    to: "/tokens",
    label: "Unused tokens",
    isFor: (caller) => may(caller, "operator", "read"),
  },
  {
    to: "/audit",
    label: "Audit trail",
    isFor: (caller) => may(caller, "admin", "read") && seesAll(caller),
  },
  { to: "/keys", label: "Keys", isFor: (caller) => may(caller, "admin", "read") },
  { to: "/sessions", label: "Sessions", isFor: (caller) => may(caller, "admin", "read") },
  { to: "/refusals", label: "Refusals", isFor: (caller) => may(caller, "admin", "read") },
];

/** What surrounds every page: where one is, where one may go, and who one is. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure();
  const caller = useCaller();
  const { pathname } = useLocation();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a className="skip" href="#page">
        Go to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Pages"
              aria-expanded={opened}
            />
            <Link to="/connectors" className="row-link">
              <Brand />
            </Link>
          </Group>
          <WhoMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {PLACES.filter(({ isFor }) => isFor(caller)).map(({ to, label }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            active={pathname.startsWith(to)}
            aria-current={pathname.startsWith(to) ? "page" : undefined}
            onClick={close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function WhoMenu() {
  const { actor, role, mayWrite } = useCaller();
  const queries = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const isSession = actor.kind !== "access";
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" size="xs" maw="55vw">
          <Text span truncate inherit>
            {nameOf(actor)}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{mayWrite ? `Role: ${role}` : "May read alone"}</Menu.Label>
        <Menu.Item onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}>
          {scheme === "dark" ? "Light page" : "Dark page"}
        </Menu.Item>
        <Menu.Item onClick={() => setColorScheme("auto")}>As the system has it</Menu.Item>
        {isSession && (
          <Menu.Item
            onClick={() => {
              void signOut().finally(() => queries.resetQueries());
            }}
          >
            Sign out
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What an administrator is called. */
export function nameOf({ kind, id, name }: Schemas["AuditRow"]["actor"]): string {
  return kind === "adminToken" ? "Admin token" : (name ?? id);
}
