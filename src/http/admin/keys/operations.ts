import { describe } from "#http/admin/call/operation.ts";
import { PAGE_QUERY } from "#http/admin/call/schemas.ts";
import {
  CHANGED_KEY,
  CREATED_KEY,
  KEY,
  KEY_ROTATION,
  KEYS,
  NEW_KEY,
  ROTATED_KEY,
} from "./schemas.ts";

/** The calls about the keys of the admin API, by the names that OpenAPI has for them. */
export const KEY_OPERATIONS = describe({
  createKey: {
    method: "POST",
    path: "/keys",
    tag: "Keys",
    summary: "Make a key; its secret is shown this once.",
    audited: { subject: "key" },
    body: NEW_KEY,
    answers: { 201: CREATED_KEY },
    isTagged: true,
  },
  listKeys: {
    method: "GET",
    path: "/keys",
    tag: "Keys",
    summary: "List keys, newest first.",
    query: PAGE_QUERY,
    answers: { 200: KEYS },
  },
  getKey: {
    method: "GET",
    path: "/keys/:keyId",
    tag: "Keys",
    summary: "Read a key.",
    answers: { 200: KEY },
    isTagged: true,
  },
  changeKey: {
    method: "PATCH",
    path: "/keys/:keyId",
    tag: "Keys",
    summary: "Name a key.",
    audited: { subject: "key" },
    body: CHANGED_KEY,
    answers: { 200: KEY },
    isTagged: true,
    isConditional: true,
  },
  revokeKey: {
    method: "DELETE",
    path: "/keys/:keyId",
    tag: "Keys",
    summary: "Revoke a key.",
    audited: { subject: "key" },
    answers: { 204: null },
    isConditional: true,
  },
  rotateKey: {
    method: "POST",
    path: "/keys/:keyId/rotate",
    tag: "Keys",
    summary: "Make a key's successor; both work for the overlap.",
    audited: { subject: "key" },
    body: KEY_ROTATION,
    answers: { 201: ROTATED_KEY },
    isTagged: true,
    isConditional: true,
  },
});
