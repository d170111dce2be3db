import { describe } from "#http/admin/call/operation.ts";
import {
  MEMBERS_QUERY,
  RESOURCE_QUERY,
  RESOURCES_QUERY,
  SCIM_GROUP,
  SCIM_GROUPS,
  SCIM_MEMBERS,
  SCIM_USER,
  SCIM_USERS,
} from "./schemas.ts";

/** The calls by which applications read the directory, by the names that OpenAPI has for them. */
export const DIRECTORY_OPERATIONS = describe({
  listUsers: {
    method: "GET",
    path: "/connectors/:id/users",
    tag: "Directory",
    summary: "List the users of a connector, as SCIM has them.",
    query: RESOURCES_QUERY,
    answers: { 200: SCIM_USERS },
    refusals: [409],
  },
  getUser: {
    method: "GET",
    path: "/connectors/:id/users/:userId",
    tag: "Directory",
    summary: "Read a user.",
    query: RESOURCE_QUERY,
    answers: { 200: SCIM_USER },
    refusals: [409],
  },
  listGroups: {
    method: "GET",
    path: "/connectors/:id/groups",
    tag: "Directory",
    summary: "List the groups of a connector, as SCIM has them.",
    query: RESOURCES_QUERY,
    answers: { 200: SCIM_GROUPS },
    refusals: [409],
  },
  getGroup: {
    method: "GET",
    path: "/connectors/:id/groups/:groupId",
    tag: "Directory",
    summary: "Read a group.",
    query: RESOURCE_QUERY,
    answers: { 200: SCIM_GROUP },
    refusals: [409],
  },
  listMembers: {
    method: "GET",
    path: "/connectors/:id/groups/:groupId/members",
    tag: "Directory",
    summary: "List the members of a group.",
    query: MEMBERS_QUERY,
    answers: { 200: SCIM_MEMBERS },
    refusals: [409],
  },
});
