// Made from src/http/admin/openapi.json by `npm run client:types`.

export interface paths {
    readonly "/connectors": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List connectors with how they fare, newest first.
         * @description List connectors with how they fare, newest first. Takes a key with the role operator or more.
         */
        readonly get: operations["listConnectors"];
        readonly put?: never;
        /**
         * Create a connector; its token is shown this once.
         * @description Create a connector; its token is shown this once. Takes a key with the role operator or more. ETag is the version of what is answered.
         */
        readonly post: operations["createConnector"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a connector, with how it fares.
         * @description Read a connector, with how it fares. Takes a key with the role operator or more. ETag is the version of what is answered. 304 where If-None-Match names it.
         */
        readonly get: operations["getConnector"];
        readonly put?: never;
        readonly post?: never;
        /**
         * Delete a connector; its tokens fail at once, and each user has its event.
         * @description Delete a connector; its tokens fail at once, and each user has its event. Takes a key with the role admin. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly delete: operations["deleteConnector"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Change a connector; settings are merged.
         * @description Change a connector; settings are merged. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly patch: operations["changeConnector"];
        readonly trace?: never;
    };
    readonly "/connectors/{id}/ending": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read in numbers what deleting or moving a connector would do.
         * @description Read in numbers what deleting or moving a connector would do. Takes a key with the role operator or more.
         */
        readonly get: operations["previewEnding"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/approve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Let a staged connector deliver.
         * @description Let a staged connector deliver. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["approveConnector"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/parked-members": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List members of groups that wait for their users.
         * @description List members of groups that wait for their users. Takes a key with the role operator or more.
         */
        readonly get: operations["listParkedMembers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/attributes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read the connector's own attributes.
         * @description Read the connector's own attributes. Takes a key with the role operator or more. ETag is the version of what is answered. 304 where If-None-Match names it.
         */
        readonly get: operations["getAttributes"];
        /**
         * Replace the connector's own attributes.
         * @description Replace the connector's own attributes. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly put: operations["putAttributes"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/attributes/seen": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the attributes that clients sent and nobody declared.
         * @description List the attributes that clients sent and nobody declared. Takes a key with the role operator or more.
         */
        readonly get: operations["getSeenAttributes"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/tokens": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List live tokens that were not used lately.
         * @description List live tokens that were not used lately. Takes a key with the role operator or more.
         */
        readonly get: operations["listUnusedTokens"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/tokens": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List a connector's tokens.
         * @description List a connector's tokens. Takes a key with the role operator or more.
         */
        readonly get: operations["listTokens"];
        readonly put?: never;
        /**
         * Make a token; its secret is shown this once.
         * @description Make a token; its secret is shown this once. Takes a key with the role operator or more.
         */
        readonly post: operations["createToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/tokens/{tokenId}/rotate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a token's successor; both work for the overlap.
         * @description Make a token's successor; both work for the overlap. Takes a key with the role operator or more.
         */
        readonly post: operations["rotateToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/tokens/{tokenId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Revoke a token.
         * @description Revoke a token. Takes a key with the role operator or more.
         */
        readonly delete: operations["revokeToken"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/clients": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List a connector's OAuth clients.
         * @description List a connector's OAuth clients. Takes a key with the role operator or more.
         */
        readonly get: operations["listClients"];
        readonly put?: never;
        /**
         * Make an OAuth client; its secret is shown this once.
         * @description Make an OAuth client; its secret is shown this once. Takes a key with the role operator or more.
         */
        readonly post: operations["createClient"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/clients/{clientId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Revoke an OAuth client and its tokens.
         * @description Revoke an OAuth client and its tokens. Takes a key with the role operator or more.
         */
        readonly delete: operations["revokeClient"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/self-test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Play Okta and Entra in a scratch connector.
         * @description Play Okta and Entra in a scratch connector. Takes a key with the role operator or more. The body may be left out.
         */
        readonly post: operations["selfTest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a bridge: what it is to do, and where it stands.
         * @description Read a bridge: what it is to do, and where it stands. Takes a key with the role operator or more. ETag is the version of what is answered.
         */
        readonly get: operations["getBridge"];
        /**
         * Set a bridge up, or change it.
         * @description Set a bridge up, or change it. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly put: operations["putBridge"];
        readonly post?: never;
        /**
         * Delete a bridge; users stay as they are.
         * @description Delete a bridge; users stay as they are. Takes a key with the role operator or more. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly delete: operations["deleteBridge"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Change some of a bridge.
         * @description Change some of a bridge. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly patch: operations["changeBridge"];
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/excluded": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Exclude one address, glob or org unit.
         * @description Exclude one address, glob or org unit. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["excludeFromBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/excluded/{pattern}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Take one exclusion back; the pattern is percent-encoded.
         * @description Take one exclusion back; the pattern is percent-encoded. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly delete: operations["includeInBridge"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/check": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Test the connection, as it is or with changes; nothing is stored.
         * @description Test the connection, as it is or with changes; nothing is stored. Takes a key with the role operator or more. The body may be left out. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["checkBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/sync": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Start a run now.
         * @description Start a run now. Takes a key with the role operator or more. The body may be left out. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["syncBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/sync-user": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Bring one user up to date now.
         * @description Bring one user up to date now. Takes a key with the role operator or more. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["syncUser"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/plan": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Start a dry run, by the settings as they are or with changes: it writes nothing.
         * @description Start a dry run, by the settings as they are or with changes: it writes nothing. Takes a key with the role operator or more. The body may be left out. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["planBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/resync": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Match everybody anew.
         * @description Match everybody anew. Takes a key with the role operator or more. The body may be left out. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["resyncBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/pause": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Let a bridge rest.
         * @description Let a bridge rest. Takes a key with the role operator or more. The body may be left out. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["pauseBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/resume": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Let a paused bridge go on.
         * @description Let a paused bridge go on. Takes a key with the role operator or more. The body may be left out. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["resumeBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/enable": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Put a disabled bridge back to work.
         * @description Put a disabled bridge back to work. Takes a key with the role operator or more. The body may be left out. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["enableBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/runs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the runs of a bridge, newest first.
         * @description List the runs of a bridge, newest first. Takes a key with the role operator or more.
         */
        readonly get: operations["listRuns"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/bridge/runs/{runId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a run; a dry run comes with its plan.
         * @description Read a run; a dry run comes with its plan. Takes a key with the role operator or more.
         */
        readonly get: operations["getRun"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/held": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the switch-offs that wait for an administrator.
         * @description List the switch-offs that wait for an administrator. Takes a key with the role operator or more.
         */
        readonly get: operations["listHeld"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/held/approve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Let held switch-offs happen.
         * @description Let held switch-offs happen. Takes a key with the role operator or more. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["approveHeld"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/held/reject": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Undo held switch-offs.
         * @description Undo held switch-offs. Takes a key with the role operator or more. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["rejectHeld"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the event log, newest first.
         * @description List the event log, newest first. Takes a key with the role operator or more.
         */
        readonly get: operations["listEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/events/export": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Stream the event log as NDJSON or CSV.
         * @description Stream the event log as NDJSON or CSV. Takes a key with the role operator or more.
         */
        readonly get: operations["exportEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/events/{eventId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read one event.
         * @description Read one event. Takes a key with the role operator or more.
         */
        readonly get: operations["getEvent"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/users/{userId}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the events of one user.
         * @description List the events of one user. Takes a key with the role operator or more.
         */
        readonly get: operations["listUserEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/refusals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Count the requests that named no connector.
         * @description Count the requests that named no connector. Takes a key with the role admin.
         */
        readonly get: operations["listRefusals"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/users": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the users of a connector, those who can be restored among them.
         * @description List the users of a connector, those who can be restored among them. Takes a key with the role operator or more.
         */
        readonly get: operations["listUsers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/users/{userId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a user.
         * @description Read a user. Takes a key with the role operator or more. ETag is the version of what is answered.
         */
        readonly get: operations["getUser"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /**
         * Say which account of the application a user has, and when the person first signed in.
         * @description Say which account of the application a user has, and when the person first signed in. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly patch: operations["changeUser"];
        readonly trace?: never;
    };
    readonly "/connectors/{id}/users/{userId}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Bring a deleted user back, under its id and as it was.
         * @description Bring a deleted user back, under its id and as it was. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["restoreUser"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/users/{userId}/deactivate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Switch a user off, until the provider next says otherwise.
         * @description Switch a user off, until the provider next says otherwise. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["deactivateUser"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/users/{userId}/activate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Switch a user on again, until the provider next says otherwise.
         * @description Switch a user on again, until the provider next says otherwise. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["activateUser"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/users/{userId}/erase": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Erase a user, live or deleted, with all that log, feed and bridge know of the person.
         * @description Erase a user, live or deleted, with all that log, feed and bridge know of the person. Takes a key with the role admin. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["eraseUser"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/users/import": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Import accounts that exist already, as users who wait for their persons.
         * @description Import accounts that exist already, as users who wait for their persons. Takes a key with the role operator or more.
         */
        readonly post: operations["importUsers"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/groups": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the groups of a connector.
         * @description List the groups of a connector. Takes a key with the role operator or more.
         */
        readonly get: operations["listGroups"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/groups/{groupId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a group with all of its members.
         * @description Read a group with all of its members. Takes a key with the role operator or more.
         */
        readonly get: operations["getGroup"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/groups/{groupId}/members": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the members of a group.
         * @description List the members of a group. Takes a key with the role operator or more.
         */
        readonly get: operations["listMembers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/webhooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the webhooks of all scopes, newest first.
         * @description List the webhooks of all scopes, newest first. Takes a key with the role operator or more.
         */
        readonly get: operations["listAnyWebhooks"];
        readonly put?: never;
        /**
         * Make a webhook of a connector, a tenant or everything; its signing secret is shown this once.
         * @description Make a webhook of a connector, a tenant or everything; its signing secret is shown this once. Takes a key with the role operator or more. ETag is the version of what is answered.
         */
        readonly post: operations["createAnyWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/webhooks/{webhookId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a webhook, and where its deliveries stand.
         * @description Read a webhook, and where its deliveries stand. Takes a key with the role operator or more. ETag is the version of what is answered.
         */
        readonly get: operations["getAnyWebhook"];
        readonly put?: never;
        readonly post?: never;
        /**
         * Delete a webhook and what it had queued.
         * @description Delete a webhook and what it had queued. Takes a key with the role operator or more. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly delete: operations["deleteAnyWebhook"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Change, disable or enable a webhook.
         * @description Change, disable or enable a webhook. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly patch: operations["changeAnyWebhook"];
        readonly trace?: never;
    };
    readonly "/webhooks/{webhookId}/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Send a test event now, and see the answer.
         * @description Send a test event now, and see the answer. Takes a key with the role operator or more.
         */
        readonly post: operations["testAnyWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/webhooks/{webhookId}/rotate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a new secret; both sign for the overlap.
         * @description Make a new secret; both sign for the overlap. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["rotateAnyWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/webhooks/{webhookId}/replay": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Deliver events once more.
         * @description Deliver events once more. Takes a key with the role operator or more.
         */
        readonly post: operations["replayAnyWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/webhooks/{webhookId}/deliveries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the newest tries, newest first.
         * @description List the newest tries, newest first. Takes a key with the role operator or more.
         */
        readonly get: operations["listAnyDeliveries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/webhooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List a connector's own webhooks.
         * @description List a connector's own webhooks. Takes a key with the role operator or more.
         */
        readonly get: operations["listWebhooks"];
        readonly put?: never;
        /**
         * Make a webhook of a connector; its signing secret is shown this once.
         * @description Make a webhook of a connector; its signing secret is shown this once. Takes a key with the role operator or more. ETag is the version of what is answered.
         */
        readonly post: operations["createWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/webhooks/{webhookId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a webhook, and where its deliveries stand.
         * @description Read a webhook, and where its deliveries stand. Takes a key with the role operator or more. ETag is the version of what is answered.
         */
        readonly get: operations["getWebhook"];
        readonly put?: never;
        readonly post?: never;
        /**
         * Delete a webhook and what it had queued.
         * @description Delete a webhook and what it had queued. Takes a key with the role operator or more. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly delete: operations["deleteWebhook"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Change, disable or enable a webhook.
         * @description Change, disable or enable a webhook. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly patch: operations["changeWebhook"];
        readonly trace?: never;
    };
    readonly "/connectors/{id}/webhooks/{webhookId}/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Send a test event now, and see the answer.
         * @description Send a test event now, and see the answer. Takes a key with the role operator or more.
         */
        readonly post: operations["testWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/webhooks/{webhookId}/rotate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a new secret; both sign for the overlap.
         * @description Make a new secret; both sign for the overlap. Takes a key with the role operator or more. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["rotateWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/webhooks/{webhookId}/replay": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Deliver events once more.
         * @description Deliver events once more. Takes a key with the role operator or more.
         */
        readonly post: operations["replayWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/webhooks/{webhookId}/deliveries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the newest tries, newest first.
         * @description List the newest tries, newest first. Takes a key with the role operator or more.
         */
        readonly get: operations["listDeliveries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List keys, newest first.
         * @description List keys, newest first. Takes a key with the role admin.
         */
        readonly get: operations["listKeys"];
        readonly put?: never;
        /**
         * Make a key; its secret is shown this once.
         * @description Make a key; its secret is shown this once. Takes a key with the role admin. ETag is the version of what is answered.
         */
        readonly post: operations["createKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/keys/{keyId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a key.
         * @description Read a key. Takes a key with the role admin. ETag is the version of what is answered.
         */
        readonly get: operations["getKey"];
        readonly put?: never;
        readonly post?: never;
        /**
         * Revoke a key.
         * @description Revoke a key. Takes a key with the role admin. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly delete: operations["revokeKey"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Name a key.
         * @description Name a key. Takes a key with the role admin. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly patch: operations["changeKey"];
        readonly trace?: never;
    };
    readonly "/keys/{keyId}/rotate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a key's successor; both work for the overlap.
         * @description Make a key's successor; both work for the overlap. Takes a key with the role admin. ETag is the version of what is answered. 412 and no change where If-Match or If-None-Match forbids it.
         */
        readonly post: operations["rotateKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/setup-links": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List a connector's set-up links, newest first.
         * @description List a connector's set-up links, newest first. Takes a key with the role operator or more.
         */
        readonly get: operations["listSetupLinks"];
        readonly put?: never;
        /**
         * Make a set-up link for a customer's administrator; its URL is shown this once.
         * @description Make a set-up link for a customer's administrator; its URL is shown this once. Takes a key with the role operator or more.
         */
        readonly post: operations["createSetupLink"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/setup-links/{linkId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Revoke a set-up link; whoever opened it can do nothing from the next request on.
         * @description Revoke a set-up link; whoever opened it can do nothing from the next request on. Takes a key with the role operator or more.
         */
        readonly delete: operations["revokeSetupLink"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/caller": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Say who calls, and what that one may do and see.
         * @description Say who calls, and what that one may do and see. Takes a key with the role directory or more.
         */
        readonly get: operations["getCaller"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sessions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List who is signed in to the console, newest first.
         * @description List who is signed in to the console, newest first. Takes a key with the role admin.
         */
        readonly get: operations["listSessions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/sessions/{sessionId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * End a session of the console.
         * @description End a session of the console. Takes a key with the role admin.
         */
        readonly delete: operations["endSession"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/connectors/{id}/activity": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Count a connector's requests by hour or day.
         * @description Count a connector's requests by hour or day. Takes a key with the role operator or more.
         */
        readonly get: operations["getActivity"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Metrics of all connectors that the key sees, as OpenMetrics text.
         * @description Metrics of all connectors that the key sees, as OpenMetrics text. Takes a key with the role operator or more.
         */
        readonly get: operations["getMetrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/audit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List what administrators did, newest first.
         * @description List what administrators did, newest first. Takes a key with the role admin.
         */
        readonly get: operations["listAudit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/audit/export": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Stream what administrators did as NDJSON or CSV.
         * @description Stream what administrators did as NDJSON or CSV. Takes a key with the role admin.
         */
        readonly get: operations["exportAudit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * This document.
         * @description This document. Takes a key with the role directory or more.
         */
        readonly get: operations["getOpenapi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/changes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Follow the changes of a connector, a tenant, or all that the key sees.
         * @description Follow the changes of a connector, a tenant, or all that the key sees. Takes a key with the role feed or more.
         */
        readonly get: operations["followChanges"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/connectors": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the connectors that the key sees, newest first.
         * @description List the connectors that the key sees, newest first. Takes a key with the role directory or more.
         */
        readonly get: operations["listDirectories"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/connectors/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a connector.
         * @description Read a connector. Takes a key with the role directory or more.
         */
        readonly get: operations["getDirectory"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/users": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List users, as SCIM has them, connector by connector.
         * @description List users, as SCIM has them, connector by connector. Takes a key with the role directory or more.
         */
        readonly get: operations["listDirectoryUsers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/users/{userId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a user, with the groups that it is in.
         * @description Read a user, with the groups that it is in. Takes a key with the role directory or more.
         */
        readonly get: operations["getDirectoryUser"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/groups": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List groups, as SCIM has them, connector by connector.
         * @description List groups, as SCIM has them, connector by connector. Takes a key with the role directory or more.
         */
        readonly get: operations["listDirectoryGroups"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/groups/{groupId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a group with all of its members.
         * @description Read a group with all of its members. Takes a key with the role directory or more.
         */
        readonly get: operations["getDirectoryGroup"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/groups/{groupId}/members": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the members of a group.
         * @description List the members of a group. Takes a key with the role directory or more.
         */
        readonly get: operations["listDirectoryMembers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/jwks.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read the keys that security event tokens are signed with.
         * @description Read the keys that security event tokens are signed with. It is open to everybody.
         */
        readonly get: operations["getJwks"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read the connector that the link is about, and what the link lets do.
         * @description Read the connector that the link is about, and what the link lets do. Takes the session of any set-up link.
         */
        readonly get: operations["getOwnConnector"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}/arrivals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the provider's newest requests, without what they carried.
         * @description List the provider's newest requests, without what they carried. Takes the session of a set-up link that lets connect; for any other it is no call.
         */
        readonly get: operations["listArrivals"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}/tokens": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the connector's tokens.
         * @description List the connector's tokens. Takes the session of a set-up link that lets rotate-token; for any other it is no call.
         */
        readonly get: operations["listOwnTokens"];
        readonly put?: never;
        /**
         * Make a token; its secret is shown this once.
         * @description Make a token; its secret is shown this once. Takes the session of a set-up link that lets connect; for any other it is no call.
         */
        readonly post: operations["createOwnToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}/tokens/{tokenId}/rotate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a token's successor; both work for the overlap.
         * @description Make a token's successor; both work for the overlap. Takes the session of a set-up link that lets rotate-token; for any other it is no call.
         */
        readonly post: operations["rotateOwnToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}/bridge": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read where the Bridge reads.
         * @description Read where the Bridge reads. Takes the session of a set-up link that lets bridge-credentials; for any other it is no call.
         */
        readonly get: operations["getOwnBridge"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}/bridge/credentials": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Give the Bridge its credentials, and where it is to read if it was not set up yet.
         * @description Give the Bridge its credentials, and where it is to read if it was not set up yet. Takes the session of a set-up link that lets bridge-credentials; for any other it is no call.
         */
        readonly put: operations["putOwnCredentials"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}/bridge/check": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Test the connection with the credentials that are stored.
         * @description Test the connection with the credentials that are stored. Takes the session of a set-up link that lets bridge-credentials; for any other it is no call.
         */
        readonly post: operations["checkOwnBridge"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List what the provider asked and the Bridge wrote, newest first.
         * @description List what the provider asked and the Bridge wrote, newest first. Takes the session of a set-up link that lets log; for any other it is no call.
         */
        readonly get: operations["listOwnEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/setup/v1/connectors/{id}/events/{eventId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read one event.
         * @description Read one event. Takes the session of a set-up link that lets log; for any other it is no call.
         */
        readonly get: operations["getOwnEvent"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "from": "2026-11-30T20:00:00.000Z",
         *       "to": "2026-11-30T21:00:00.000Z",
         *       "step": "hour",
         *       "items": [
         *         {
         *           "time": "2026-11-30T20:00:00.000Z",
         *           "requests": {
         *             "2xx": 120,
         *             "3xx": 0,
         *             "4xx": 3,
         *             "5xx": 0
         *           },
         *           "refusals": {
         *             "4xx": 0,
         *             "5xx": 0
         *           },
         *           "meanLatencyMs": 8.5
         *         }
         *       ]
         *     }
         */
        readonly Activity: {
            /** Format: date-time */
            readonly from: string;
            /** Format: date-time */
            readonly to: string;
            /** @enum {string} */
            readonly step: "hour" | "day";
            readonly items: readonly {
                /**
                 * Format: date-time
                 * @description When the hour or the day begins.
                 */
                readonly time: string;
                readonly requests: components["schemas"]["RequestsByClass"];
                readonly refusals: components["schemas"]["RefusalsByClass"];
                /** @description Of the requests; null where there were none. */
                readonly meanLatencyMs: number | null;
            }[];
        };
        readonly AlertEvent: {
            /** @description Unique for ever; a webhook delivers the same one. */
            readonly id: string;
            readonly cursor: string;
            /** Format: date-time */
            readonly time: string;
            readonly tenant: string | null;
            readonly connector: string;
            /** @description The entry of the event log. */
            readonly eventId: string;
            readonly actor: ({
                /** @constant */
                readonly kind: "credential";
                readonly id: string;
            } | {
                /** @constant */
                readonly kind: "bridge";
                readonly runId: string;
            } | {
                /** @constant */
                readonly kind: "administrator";
                readonly name: string;
            }) | null;
            /** @constant */
            readonly type: "connector.alert";
            /** @description Such as `token.expiring`; docs/admin-api.md lists them. */
            readonly alert: string;
            readonly facts: {
                readonly [key: string]: unknown;
            };
        };
        readonly ApprovedSwitchOffs: {
            /** @description The run that does those of the bridge; null where there were none. */
            readonly runId: string | null;
            readonly approved: number;
        };
        readonly Arrivals: {
            readonly items: readonly {
                readonly id: string;
                /** Format: date-time */
                readonly time: string;
                readonly method: string;
                readonly path: string;
                readonly status: number;
                readonly resourceType: string | null;
                readonly explanation: string | null;
            }[];
        };
        readonly Attribute: {
            readonly name: string;
            readonly multiValued: boolean;
            readonly caseExact: boolean;
            readonly description?: string;
            /** @enum {string} */
            readonly resourceType: "User" | "Group";
            /** @enum {string} */
            readonly type: "string" | "boolean" | "decimal" | "integer" | "dateTime" | "reference" | "complex";
            readonly subAttributes?: readonly {
                readonly name: string;
                readonly multiValued: boolean;
                readonly caseExact: boolean;
                readonly description?: string;
                /** @enum {string} */
                readonly type: "string" | "boolean" | "decimal" | "integer" | "dateTime" | "reference";
            }[];
            readonly schema?: string;
        };
        readonly Attributes: {
            readonly attributes: readonly components["schemas"]["Attribute"][];
            /** @description Attributes of which stored values do not fit their declarations. */
            readonly misfits?: readonly {
                readonly name: string;
                readonly schema?: string;
                /** @enum {string} */
                readonly resourceType: "User" | "Group";
                readonly count: number;
                /** @description Ten of them at most. */
                readonly resourceIds: readonly string[];
            }[];
            /**
             * @description There may be more misfits than one call could read: send it again.
             * @constant
             */
            readonly isIncomplete?: true;
        };
        /**
         * @example {
         *       "attributes": [
         *         {
         *           "name": "profileField_city",
         *           "type": "string"
         *         },
         *         {
         *           "name": "desk",
         *           "type": "complex",
         *           "subAttributes": [
         *             {
         *               "name": "building",
         *               "type": "string"
         *             },
         *             {
         *               "name": "floor",
         *               "type": "integer"
         *             }
         *           ]
         *         }
         *       ]
         *     }
         */
        readonly AttributesToDeclare: {
            readonly attributes: readonly {
                readonly name: string;
                /** @default false */
                readonly multiValued: boolean;
                /** @description Whether filters tell letter case apart; true for a reference, else false. */
                readonly caseExact?: boolean;
                readonly description?: string;
                /**
                 * @default User
                 * @enum {string}
                 */
                readonly resourceType: "User" | "Group";
                /** @enum {string} */
                readonly type: "string" | "boolean" | "decimal" | "integer" | "dateTime" | "reference" | "complex";
                readonly subAttributes?: readonly {
                    readonly name: string;
                    /** @default false */
                    readonly multiValued: boolean;
                    /** @description Whether filters tell letter case apart; true for a reference, else false. */
                    readonly caseExact?: boolean;
                    readonly description?: string;
                    /** @enum {string} */
                    readonly type: "string" | "boolean" | "decimal" | "integer" | "dateTime" | "reference";
                }[];
                /** @description The URN of an extension of your own. */
                readonly schema?: string;
            }[];
        };
        /**
         * @example {
         *       "id": "01a201d4-0eb1-7478-ab0c-135f14257380",
         *       "time": "2026-11-22T05:56:44.337Z",
         *       "actor": {
         *         "kind": "access",
         *         "id": "ada@example.com",
         *         "name": null
         *       },
         *       "operation": "changeConnector",
         *       "connectorId": "01a201d3-7a01-7c52-9f0b-0d3c4f2f6a11",
         *       "subject": {
         *         "kind": "connector",
         *         "id": null
         *       },
         *       "difference": {
         *         "settings.deletion": {
         *           "from": "soft",
         *           "to": "hard"
         *         }
         *       },
         *       "clientIp": "203.0.113.7",
         *       "userAgent": "curl/8.10.1",
         *       "outcome": "succeeded"
         *     }
         */
        readonly AuditRow: {
            readonly id: string;
            /** Format: date-time */
            readonly time: string;
            readonly actor: {
                /** @enum {string} */
                readonly kind: "adminToken" | "access" | "key" | "setupLink";
                /** @description ADMIN_TOKEN, an e-mail address, or the id of a key or of a set-up link. */
                readonly id: string;
                /** @description Of a key or a set-up link. */
                readonly name: string | null;
            };
            /** @description The operationId of the call. */
            readonly operation: string;
            readonly connectorId: string | null;
            readonly subject: {
                /** @description What the call is about: connector, token, webhook … */
                readonly kind: string;
                /** @description Which of them, where the connector has several. */
                readonly id: string | null;
            };
            /** @description What was changed, by paths with dots; without secrets. */
            readonly difference: components["schemas"]["Difference"];
            readonly clientIp: string | null;
            readonly userAgent: string | null;
            /**
             * @description Pending and failed: it cannot be said whether it was done.
             * @enum {string}
             */
            readonly outcome: "pending" | "succeeded" | "failed";
        };
        readonly AuditRows: {
            readonly items: readonly components["schemas"]["AuditRow"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly Bridge: {
            readonly source: {
                /** @constant */
                readonly type: "okta";
                readonly baseUrl: string;
            } | {
                /** @constant */
                readonly type: "entra";
                readonly tenantId: string;
                /** @default https://graph.microsoft.com */
                readonly graphBaseUrl: string;
                /** @default https://login.microsoftonline.com */
                readonly loginBaseUrl: string;
            } | {
                /** @constant */
                readonly type: "google";
                /** Format: email */
                readonly adminEmail: string;
                /** @default my_customer */
                readonly customer: string;
                /** @default https://admin.googleapis.com */
                readonly apiBaseUrl: string;
                /** @default https://oauth2.googleapis.com/token */
                readonly tokenUrl: string;
            } | {
                /** @constant */
                readonly type: "onelogin";
                readonly baseUrl: string;
            } | {
                /** @constant */
                readonly type: "jumpcloud";
                /** @default https://console.jumpcloud.com */
                readonly baseUrl: string;
                readonly orgId?: string;
                /**
                 * @default email
                 * @enum {string}
                 */
                readonly userNameFrom: "email" | "username";
            } | {
                /** @constant */
                readonly type: "scim";
                readonly baseUrl: string;
            };
            /** @enum {string} */
            readonly credentialsKind: "okta-token" | "okta-service" | "entra" | "google" | "onelogin" | "jumpcloud" | "scim";
            /** @default 900 */
            readonly intervalSeconds: number;
            /** @default auto */
            readonly fullIntervalSeconds: "auto" | number;
            /** @default [] */
            readonly excluded: readonly string[];
            /**
             * @default {
             *       "max": 25,
             *       "percent": 10,
             *       "minBase": 5
             *     }
             */
            readonly guard: {
                /** @default 25 */
                readonly max: number;
                /** @default 10 */
                readonly percent: number;
                /** @default 5 */
                readonly minBase: number;
            };
            /**
             * @default {
             *       "max": 5,
             *       "percent": 20,
             *       "minBase": 5
             *     }
             */
            readonly groupGuard: {
                /** @default 5 */
                readonly max: number;
                /** @default 20 */
                readonly percent: number;
                /** @default 5 */
                readonly minBase: number;
            };
            /**
             * @default {
             *       "max": 50,
             *       "percent": 50,
             *       "minBase": 10
             *     }
             */
            readonly membershipGuard: {
                /** @default 50 */
                readonly max: number;
                /** @default 50 */
                readonly percent: number;
                /** @default 10 */
                readonly minBase: number;
            };
            /** @default true */
            readonly matchByEmail: boolean;
            /** @default false */
            readonly includeGuests: boolean;
            /** @default false */
            readonly createInactive: boolean;
            /** @default deactivate */
            readonly onMissing: ("deactivate" | "ignore") | {
                readonly deleteAfterDays: number;
            };
            /**
             * @default unmanage
             * @enum {string}
             */
            readonly onExcluded: "unmanage" | "deactivate";
            readonly scope?: {
                readonly groups: readonly string[];
            } | {
                readonly application: string;
            };
            /**
             * @default deactivate
             * @enum {string}
             */
            readonly onOutOfScope: "unmanage" | "deactivate";
            /**
             * @default relink
             * @enum {string}
             */
            readonly rehire: "relink" | "conflict";
            /** @default none */
            readonly groups: ("none" | "all") | readonly string[];
            /** @default [] */
            readonly mapping: readonly {
                readonly from: string;
                readonly to: string;
                /**
                 * @default always
                 * @enum {string}
                 */
                readonly when: "always" | "create";
            }[];
            readonly userNameFrom?: string;
            /**
             * @default name
             * @enum {string}
             */
            readonly entraFormatted: "name" | "immutableId";
            /** @enum {string} */
            readonly state: "pending" | "syncing" | "active" | "failed" | "disabled";
            readonly paused: boolean;
            readonly consecutiveFailures: number;
            readonly nextSyncAt: string | null;
            readonly linkedUsers: number;
            readonly held: number;
            /** @description Switch-offs that were approved and are still to be done. */
            readonly approved: number;
            readonly lastRun: components["schemas"]["Run"] | null;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly modifiedAt: string;
        };
        readonly BridgeCheck: {
            readonly ok: boolean;
            readonly checks: readonly {
                readonly name: string;
                readonly ok: boolean;
                readonly detail: string;
            }[];
        };
        readonly Caller: {
            readonly actor: {
                /** @enum {string} */
                readonly kind: "adminToken" | "access" | "key";
                /** @description ADMIN_TOKEN, an e-mail address, or the id of a key. */
                readonly id: string;
                /** @description Of a key. */
                readonly name: string | null;
            };
            /** @enum {string} */
            readonly role: "directory" | "feed" | "operator" | "admin";
            /** @description Whether it may change what its role lets it change. */
            readonly mayWrite: boolean;
            /** @description The one connector that it sees. */
            readonly connectorId: string | null;
            /** @description The tenant whose connectors it sees. */
            readonly tenant: string | null;
        };
        readonly ChangePage: {
            /** @description Store it with what you did; send it as `after` for what comes next. */
            readonly next: string;
            /** @description Whether the next page may hold something already. */
            readonly hasMore: boolean;
            /**
             * @description The connector delivers nothing yet.
             * @constant
             */
            readonly staged?: true;
            readonly items: readonly (components["schemas"]["ResourceEvent"] | components["schemas"]["MemberEvent"] | components["schemas"]["RolesEvent"] | components["schemas"]["EndingEvent"] | components["schemas"]["JoinedEvent"] | components["schemas"]["AlertEvent"])[];
        };
        /** @description A JSON Merge Patch (RFC 7396) of the bridge: members of PUT's body; null stands for a default. */
        readonly ChangedBridge: {
            readonly [key: string]: unknown;
        };
        /**
         * @example {
         *       "name": "Okta",
         *       "settings": {
         *         "deletion": "deactivate"
         *       }
         *     }
         * @example {
         *       "status": "disabled"
         *     }
         */
        readonly ChangedConnector: {
            readonly name?: string;
            readonly tenant?: string | null;
            /** @enum {string} */
            readonly status?: "active" | "disabled";
            readonly settings?: components["schemas"]["ChosenConnectorSettings"];
        };
        /**
         * @example {
         *       "name": "deployment, new"
         *     }
         */
        readonly ChangedKey: {
            readonly name: string;
        };
        /**
         * @example {
         *       "status": "active"
         *     }
         */
        readonly ChangedWebhook: {
            readonly url?: string;
            readonly name?: string | null;
            readonly eventTypes?: readonly ("user.created" | "user.updated" | "user.deactivated" | "user.reactivated" | "user.deleted" | "user.restored" | "user.erased" | "user.claimed" | "group.created" | "group.updated" | "group.deleted" | "group.member_added" | "group.member_removed" | "connector.deleted" | "connector.moved" | "connector.joined" | "user.roles_changed" | "connector.alert")[] | null;
            /** @enum {string} */
            readonly status?: "active" | "disabled";
        };
        readonly ChosenConnectorSettings: {
            /** @description Give the RFC's answer, rather than accept what real clients send. */
            readonly strict?: boolean;
            /**
             * @description What a create for an inactive user of the same identity does.
             * @enum {string}
             */
            readonly reprovision?: "restore" | "conflict";
            /**
             * @description What DELETE of a user does.
             * @enum {string}
             */
            readonly deletion?: "soft" | "hard" | "deactivate";
            /** @description For how many days a softly deleted user can be restored. */
            readonly retentionDays?: number;
            /**
             * @description What becomes of a group's member who is not known.
             * @enum {string}
             */
            readonly unknownMembers?: "park" | "reject";
            /**
             * @description What is done with attributes of extensions that nobody declared.
             * @enum {string}
             */
            readonly unknownExtensions?: "keep" | "drop";
            readonly allowDuplicateGroupNames?: boolean;
            readonly uniqueExternalId?: boolean;
            /**
             * @description What a userName that a client leaves out is made of.
             * @enum {string}
             */
            readonly userNameFrom?: "none" | "externalId" | "email";
            /** @description Whether ServiceProviderConfig has the `pagination` of RFC 9865 and the `securityEvents` of RFC 9967. */
            readonly advertisePagination?: boolean;
            /**
             * @description 100, 1,000 or 10,000 requests in ten seconds.
             * @enum {string}
             */
            readonly rateLimit?: "low" | "standard" | "high";
            /** @description For how many days an event is kept. */
            readonly eventRetentionDays?: number;
            /**
             * @description Which reads leave an event.
             * @enum {string}
             */
            readonly logReads?: "all" | "refused";
            /** @description Keep personal data out of the events. */
            readonly maskPersonalData?: boolean;
            /** @description Record what the provider sends, and deliver nothing yet. */
            readonly staged?: boolean;
            /** @description The domains that users may be in, by userName where it is an e-mail address and by primary e-mail address; any where there is none. A sub-domain has to be listed by itself. */
            readonly allowedDomains?: readonly string[];
            /** @description Attributes of users, such as `title`, `name.givenName` or `urn:…:User:department`, that clients set at creation and leave alone later on. */
            readonly createOnly?: readonly string[];
            readonly brake?: {
                readonly max?: number;
                /** @description Of the users who were active before. */
                readonly percent?: number;
                readonly minutes?: number;
                /**
                 * @description Raise an alert; or have what is beyond the number wait for an administrator as well.
                 * @enum {string}
                 */
                readonly mode?: "alert" | "hold" | "off";
            };
            /** @description Put before the displayName of groups for applications, not for the provider. */
            readonly groupNamePrefix?: string;
            /** @description The roles that the users of groups have for applications. */
            readonly roles?: readonly {
                /** @description The group's displayName as the provider sends it, in any letter case; or its id. */
                readonly group: string;
                readonly role: string;
            }[];
        };
        readonly Client: {
            readonly clientId: string;
            readonly name: string | null;
            /** @description The first characters of the secret. */
            readonly hint: string;
            /**
             * @description Whether it may change the directory, or read it alone.
             * @enum {string}
             */
            readonly scope: "read" | "read-write";
            /** Format: date-time */
            readonly createdAt: string;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
        };
        readonly Clients: {
            readonly items: readonly components["schemas"]["Client"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        /**
         * @example {
         *       "id": "01a201d4-0eb1-7478-ab0c-135f14257380",
         *       "name": "Okta production",
         *       "tenant": "acme",
         *       "preset": "okta",
         *       "status": "active",
         *       "settings": {
         *         "strict": false,
         *         "reprovision": "restore",
         *         "deletion": "soft",
         *         "retentionDays": 30,
         *         "unknownMembers": "park",
         *         "unknownExtensions": "keep",
         *         "allowDuplicateGroupNames": false,
         *         "uniqueExternalId": false,
         *         "userNameFrom": "none",
         *         "advertisePagination": true,
         *         "rateLimit": "standard",
         *         "eventRetentionDays": 30,
         *         "logReads": "all",
         *         "maskPersonalData": false,
         *         "staged": false,
         *         "allowedDomains": [
         *           "example.com"
         *         ],
         *         "createOnly": [
         *           "title"
         *         ],
         *         "brake": {
         *           "max": 25,
         *           "percent": 10,
         *           "minutes": 60,
         *           "mode": "alert"
         *         },
         *         "groupNamePrefix": "",
         *         "roles": [
         *           {
         *             "group": "Administrators",
         *             "role": "admin"
         *           }
         *         ]
         *       },
         *       "scimBaseUrl": "https://scim.example.com/scim/v2",
         *       "tokenEndpoint": "https://scim.example.com/oauth/token",
         *       "createdAt": "2026-11-22T05:56:44.337Z",
         *       "modifiedAt": "2026-11-22T05:56:44.337Z",
         *       "users": {
         *         "active": 120,
         *         "inactive": 3,
         *         "deleted": 1
         *       },
         *       "groups": 8,
         *       "parkedMembers": 0,
         *       "lastRequestAt": "2026-11-30T20:41:03.120Z",
         *       "lastError": {
         *         "time": "2026-11-30T18:02:11.004Z",
         *         "status": 409,
         *         "eventId": "01a22df0-0eb1-7478-ab0c-135f14257380"
         *       },
         *       "lastDay": {
         *         "requests": {
         *           "2xx": 431,
         *           "3xx": 0,
         *           "4xx": 2,
         *           "5xx": 0
         *         },
         *         "refusals": {
         *           "4xx": 0,
         *           "5xx": 0
         *         }
         *       },
         *       "bridge": null,
         *       "webhooks": {
         *         "active": 1,
         *         "disabled": 0,
         *         "waiting": 0,
         *         "waitingSince": null
         *       },
         *       "held": 0
         *     }
         */
        readonly Connector: {
            readonly id: string;
            readonly name: string;
            readonly tenant: string | null;
            readonly preset: string | null;
            /** @enum {string} */
            readonly status: "active" | "disabled";
            readonly settings: components["schemas"]["ConnectorSettings"];
            /** @description The tenant that it moves to, while its users are told of. */
            readonly moving?: {
                readonly tenant: string | null;
                /** Format: date-time */
                readonly since: string;
            };
            /**
             * Format: uri
             * @description The SCIM base URL, for the provider.
             */
            readonly scimBaseUrl: string;
            /**
             * Format: uri
             * @description Where an OAuth client of the provider gets its tokens.
             */
            readonly tokenEndpoint: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly modifiedAt: string;
            readonly users: {
                readonly active: number;
                readonly inactive: number;
                readonly deleted: number;
            };
            readonly groups: number;
            /** @description Members of groups that wait for their user. */
            readonly parkedMembers: number;
            /** @description Of its SCIM client; counted each minute. */
            readonly lastRequestAt: string | null;
            readonly lastError: {
                /** Format: date-time */
                readonly time: string;
                /** @description 400 and above. */
                readonly status: number;
                /** @description The entry of the event log. */
                readonly eventId: string;
            } | null;
            /** @description This hour and the 23 before it: requests, and callers who were not let in, by the class of the status. */
            readonly lastDay: {
                readonly requests: components["schemas"]["RequestsByClass"];
                readonly refusals: components["schemas"]["RefusalsByClass"];
            };
            /** @description Null where it has none. */
            readonly bridge: {
                /** @enum {string} */
                readonly state: "pending" | "syncing" | "active" | "failed" | "disabled";
                readonly paused: boolean;
                readonly consecutiveFailures: number;
                /** @description When the last run that succeeded ended. */
                readonly lastSucceededAt: string | null;
            } | null;
            /** @description Its own webhooks. */
            readonly webhooks: {
                readonly active: number;
                readonly disabled: number;
                /** @description Deliveries that wait, up to a minute ago. */
                readonly waiting: number;
                /** @description When the oldest event of them was. */
                readonly waitingSince: string | null;
            };
            /** @description Switch-offs that wait for an administrator; of push up to 1,000 are counted. */
            readonly held: number;
        };
        readonly ConnectorSettings: {
            /** @description Give the RFC's answer, rather than accept what real clients send. */
            readonly strict: boolean;
            /**
             * @description What a create for an inactive user of the same identity does.
             * @enum {string}
             */
            readonly reprovision: "restore" | "conflict";
            /**
             * @description What DELETE of a user does.
             * @enum {string}
             */
            readonly deletion: "soft" | "hard" | "deactivate";
            /** @description For how many days a softly deleted user can be restored. */
            readonly retentionDays: number;
            /**
             * @description What becomes of a group's member who is not known.
             * @enum {string}
             */
            readonly unknownMembers: "park" | "reject";
            /**
             * @description What is done with attributes of extensions that nobody declared.
             * @enum {string}
             */
            readonly unknownExtensions: "keep" | "drop";
            readonly allowDuplicateGroupNames: boolean;
            readonly uniqueExternalId: boolean;
            /**
             * @description What a userName that a client leaves out is made of.
             * @enum {string}
             */
            readonly userNameFrom: "none" | "externalId" | "email";
            /** @description Whether ServiceProviderConfig has the `pagination` of RFC 9865 and the `securityEvents` of RFC 9967. */
            readonly advertisePagination: boolean;
            /**
             * @description 100, 1,000 or 10,000 requests in ten seconds.
             * @enum {string}
             */
            readonly rateLimit: "low" | "standard" | "high";
            /** @description For how many days an event is kept. */
            readonly eventRetentionDays: number;
            /**
             * @description Which reads leave an event.
             * @enum {string}
             */
            readonly logReads: "all" | "refused";
            /** @description Keep personal data out of the events. */
            readonly maskPersonalData: boolean;
            /** @description Record what the provider sends, and deliver nothing yet. */
            readonly staged: boolean;
            /** @description The domains that users may be in, by userName where it is an e-mail address and by primary e-mail address; any where there is none. A sub-domain has to be listed by itself. */
            readonly allowedDomains: readonly string[];
            /** @description Attributes of users, such as `title`, `name.givenName` or `urn:…:User:department`, that clients set at creation and leave alone later on. */
            readonly createOnly: readonly string[];
            /** @description What happens when clients deactivate or delete more users within `minutes` than the larger of `max` and `percent`. */
            readonly brake: {
                readonly max: number;
                /** @description Of the users who were active before. */
                readonly percent: number;
                readonly minutes: number;
                /**
                 * @description Raise an alert; or have what is beyond the number wait for an administrator as well.
                 * @enum {string}
                 */
                readonly mode: "alert" | "hold" | "off";
            };
            /** @description Put before the displayName of groups for applications, not for the provider. */
            readonly groupNamePrefix: string;
            /** @description The roles that the users of groups have for applications. */
            readonly roles: readonly {
                /** @description The group's displayName as the provider sends it, in any letter case; or its id. */
                readonly group: string;
                readonly role: string;
            }[];
        };
        readonly Connectors: {
            readonly items: readonly components["schemas"]["Connector"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly ConsoleSession: {
            readonly id: string;
            /** @description Whose credential was shown when it began. */
            readonly actor: {
                /** @enum {string} */
                readonly kind: "adminToken" | "access" | "key";
                /** @description ADMIN_TOKEN, an e-mail address, or the id of a key. */
                readonly id: string;
                /** @description Of a key. */
                readonly name: string | null;
            };
            /** Format: date-time */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description Noted every five minutes at most.
             */
            readonly lastSeenAt: string;
            /**
             * Format: date-time
             * @description When it ends, also if it is used until then.
             */
            readonly endsAt: string;
            readonly clientIp: string | null;
            readonly userAgent: string | null;
        };
        readonly ConsoleSessions: {
            readonly items: readonly components["schemas"]["ConsoleSession"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly CreatedClient: {
            readonly clientId: string;
            readonly name: string | null;
            /** @description The first characters of the secret. */
            readonly hint: string;
            /**
             * @description Whether it may change the directory, or read it alone.
             * @enum {string}
             */
            readonly scope: "read" | "read-write";
            /** Format: date-time */
            readonly createdAt: string;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
            /** @description Shown this once. */
            readonly clientSecret: string;
        };
        readonly CreatedConnector: {
            readonly connector: components["schemas"]["Connector"];
            /** @description Its first token, read-write and without an end; the secret is shown this once. */
            readonly token: {
                readonly id: string;
                readonly secret: string;
                readonly hint: string;
            };
        };
        readonly CreatedKey: {
            readonly id: string;
            readonly name: string;
            /** @description The first characters of the secret, to tell keys apart. */
            readonly hint: string;
            /**
             * @description What it may do.
             * @enum {string}
             */
            readonly role: "directory" | "feed" | "operator" | "admin";
            /** @description The one connector that it sees. */
            readonly connectorId: string | null;
            /** @description The tenant whose connectors it sees. */
            readonly tenant: string | null;
            /** Format: date-time */
            readonly createdAt: string;
            readonly expiresAt: string | null;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
            /** @description Shown this once. */
            readonly secret: string;
        };
        readonly CreatedSetupLink: {
            readonly id: string;
            readonly name: string;
            /** @description The first characters of the secret, to tell links apart. */
            readonly hint: string;
            /** @description connect: the wizard, with a token of their own; rotate-token: see and rotate tokens; bridge-credentials: give the Bridge its credentials, which nobody reads again; log: read the event log. */
            readonly can: readonly ("connect" | "rotate-token" | "bridge-credentials" | "log")[];
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly expiresAt: string;
            readonly revokedAt: string | null;
            /** @description When it was last opened. */
            readonly openedAt: string | null;
            /** @description Shown this once. The secret stands behind the #, which browsers send to nobody. */
            readonly url: string;
        };
        /**
         * @example {
         *       "id": "01a201d4-70eb-7101-818d-36831461f922",
         *       "name": "reporting",
         *       "hint": "9Uh6m3FN",
         *       "scope": "read",
         *       "createdAt": "2026-11-22T05:57:09.483Z",
         *       "expiresAt": "2030-12-31T00:00:00.000Z",
         *       "revokedAt": null,
         *       "lastUsedAt": null,
         *       "secret": "sgw_…"
         *     }
         */
        readonly CreatedToken: {
            readonly id: string;
            readonly name: string | null;
            /** @description The first characters of the secret, to tell tokens apart. */
            readonly hint: string;
            /**
             * @description Whether it may change the directory, or read it alone.
             * @enum {string}
             */
            readonly scope: "read" | "read-write";
            /** Format: date-time */
            readonly createdAt: string;
            readonly expiresAt: string | null;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
            /** @description Shown this once. */
            readonly secret: string;
        };
        readonly Deliveries: {
            readonly items: readonly components["schemas"]["Delivery"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly Delivery: {
            readonly id: number;
            /** @description The `webhook-id` that was sent. */
            readonly eventId: string;
            readonly type: string;
            readonly attempt: number;
            /** Format: date-time */
            readonly time: string;
            /** @enum {string} */
            readonly outcome: "delivered" | "failed" | "dead";
            /** @description Null where no answer came. */
            readonly status: number | null;
            readonly latencyMs: number;
            /** @description The start of the answer, or why none came. */
            readonly answer: string;
            readonly nextTryAt: string | null;
        };
        readonly DeliveryOverview: {
            readonly waiting: number;
            readonly dead: number;
            readonly lastDeliveredAt: string | null;
            readonly failingSince: string | null;
            readonly slowUntil: string | null;
            readonly nextTryAt: string | null;
        };
        readonly Difference: {
            readonly [key: string]: {
                readonly from?: unknown;
                readonly to?: unknown;
            };
        };
        readonly Directories: {
            readonly items: readonly components["schemas"]["Directory"][];
            /** @description Send it as `after` for the next page; null at the end. */
            readonly next: string | null;
            /** @description Whether the next page may hold something already. */
            readonly hasMore: boolean;
        };
        readonly Directory: {
            readonly id: string;
            readonly name: string;
            readonly tenant: string | null;
            /** @description The identity provider, where it was chosen. */
            readonly preset: string | null;
            /** @enum {string} */
            readonly status: "active" | "disabled";
            /** @description Whether it delivers nothing until it is approved. */
            readonly staged: boolean;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly modifiedAt: string;
        };
        readonly DirectoryGroups: {
            readonly items: readonly components["schemas"]["Group"][];
            /** @description Send it as `after` for the next page; null at the end. */
            readonly next: string | null;
            /** @description Whether the next page may hold something already. */
            readonly hasMore: boolean;
            /** @description Whose the items are: a page is of one connector. */
            readonly connector: string | null;
        };
        readonly DirectoryMembers: {
            readonly items: readonly components["schemas"]["Member"][];
            /** @description Send it as `after` for the next page; null at the end. */
            readonly next: string | null;
            /** @description Whether the next page may hold something already. */
            readonly hasMore: boolean;
        };
        readonly DirectoryUsers: {
            readonly items: readonly components["schemas"]["User"][];
            /** @description Send it as `after` for the next page; null at the end. */
            readonly next: string | null;
            /** @description Whether the next page may hold something already. */
            readonly hasMore: boolean;
            /** @description Whose the items are: a page is of one connector. */
            readonly connector: string | null;
        };
        /** @description What the end of a connector's directory would do. */
        readonly Ending: {
            /** @enum {string} */
            readonly users: "keep" | "deactivate" | "delete";
            /** @description How many users are deactivated or deleted, each with its event. */
            readonly userEvents: number;
            /** @description How many groups are deleted, each with its event. */
            readonly groupEvents: number;
            readonly activeUsers: number;
            readonly inactiveUsers: number;
            readonly groups: number;
            /** @description They deliver what waits, and end. */
            readonly webhooks: number;
            /** @description They end at once when the connector is deleted, as do the next three. */
            readonly tokens: number;
            readonly clients: number;
            readonly keys: number;
            /** @description 1 where the connector has one. */
            readonly bridges: number;
        };
        readonly EndingEvent: {
            /** @description Unique for ever; a webhook delivers the same one. */
            readonly id: string;
            readonly cursor: string;
            /** Format: date-time */
            readonly time: string;
            readonly tenant: string | null;
            readonly connector: string;
            /** @description The entry of the event log. */
            readonly eventId: string;
            readonly actor: ({
                /** @constant */
                readonly kind: "credential";
                readonly id: string;
            } | {
                /** @constant */
                readonly kind: "bridge";
                readonly runId: string;
            } | {
                /** @constant */
                readonly kind: "administrator";
                readonly name: string;
            }) | null;
            /** @enum {string} */
            readonly type: "connector.deleted" | "connector.moved";
            /**
             * @description What became of the users.
             * @enum {string}
             */
            readonly users: "keep" | "deactivate" | "delete";
            /** @description How many of them had an event before this one. */
            readonly userEvents: number;
        };
        readonly Erasure: {
            readonly userId: string;
            /**
             * @description `erasing` while cron goes on; the call may be repeated to see whether it is done.
             * @enum {string}
             */
            readonly state: "erasing" | "erased";
        };
        readonly Event: {
            readonly id: string;
            /** Format: date-time */
            readonly time: string;
            /** @description Of the request; BRIDGE and ALERT for the gateway's own events. */
            readonly method: string;
            readonly path: string;
            readonly status: number;
            readonly scimType: string | null;
            readonly latencyMs: number;
            readonly clientIp: string | null;
            readonly userAgent: string | null;
            readonly credentialId: string | null;
            /** @description The administrator who did it. */
            readonly actor: string | null;
            readonly resourceType: string | null;
            readonly resourceId: string | null;
            readonly userName: string | null;
            readonly requestBody: string | null;
            readonly responseBody: string | null;
            /** @description What was let pass. */
            readonly warnings: readonly string[];
            readonly difference: components["schemas"]["Difference"] | null;
            /** @description Of a refusal: the cause, and the next step. */
            readonly explanation: string | null;
            /** @description For how many requests it stands. */
            readonly count: number;
            /** @description In the events of a person alone: what became of its groups. */
            readonly memberships?: readonly {
                /** @enum {string} */
                readonly change: "joined" | "left" | "waits";
                readonly groupId: string;
                readonly groupName: string | null;
            }[];
        };
        readonly Events: {
            readonly items: readonly components["schemas"]["Event"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        /** @description A group as SCIM has it (RFC 7643 §4.2). */
        readonly Group: {
            readonly schemas: readonly string[];
            readonly id: string;
            readonly externalId?: string;
            readonly displayName?: string;
            readonly members?: readonly components["schemas"]["Member"][];
            readonly meta?: {
                readonly resourceType?: string;
                readonly created?: string;
                readonly lastModified?: string;
                readonly location?: string;
                readonly version?: string;
            } & {
                readonly [key: string]: unknown;
            };
        } & {
            readonly [key: string]: unknown;
        };
        readonly Groups: {
            readonly items: readonly components["schemas"]["Group"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly HeldGroup: {
            /** @description By which it is approved or rejected. */
            readonly id: string;
            /** Format: date-time */
            readonly since: string;
            /** @constant */
            readonly by: "bridge";
            readonly runId: string;
            readonly groupSourceId: string;
            readonly groupId: string;
            readonly displayName: string | null;
            /** @constant */
            readonly kind: "group";
            readonly sourceId: string;
            /** @constant */
            readonly why: "missing";
        };
        readonly HeldItems: {
            readonly items: readonly (components["schemas"]["HeldPushedUser"] | components["schemas"]["HeldUser"] | components["schemas"]["HeldGroup"] | components["schemas"]["HeldMembership"])[];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
            readonly total: number;
            readonly totals: {
                readonly user: number;
                readonly group: number;
                readonly membership: number;
            };
            /** @description The newest run of the bridge that held any of them; null where none did. */
            readonly runId: string | null;
        };
        readonly HeldMembership: {
            /** @description By which it is approved or rejected. */
            readonly id: string;
            /** Format: date-time */
            readonly since: string;
            /** @constant */
            readonly by: "bridge";
            readonly runId: string;
            readonly groupSourceId: string;
            readonly groupId: string;
            readonly displayName: string | null;
            /** @constant */
            readonly kind: "membership";
            readonly sourceId: string | null;
            readonly userId: string;
            readonly userName: string | null;
            /** @constant */
            readonly why: "left";
        };
        readonly HeldPushedUser: {
            /** @description By which it is approved or rejected. */
            readonly id: string;
            /** Format: date-time */
            readonly since: string;
            /** @constant */
            readonly by: "push";
            /** @constant */
            readonly kind: "user";
            readonly userId: string;
            readonly userName: string | null;
            /**
             * @description What the client did.
             * @enum {string}
             */
            readonly why: "deactivated" | "deleted";
            /** @description The request that switched the user off. */
            readonly eventId: string;
        };
        readonly HeldUser: {
            /** @description By which it is approved or rejected. */
            readonly id: string;
            /** Format: date-time */
            readonly since: string;
            /** @constant */
            readonly by: "bridge";
            readonly runId: string;
            /** @constant */
            readonly kind: "user";
            readonly sourceId: string;
            readonly userId: string;
            readonly userName: string | null;
            /** @enum {string} */
            readonly why: "disabled" | "missing" | "excluded" | "not-in-scope" | "guest" | "service-account" | "removed:changed" | "removed:deleted";
        };
        readonly ImportResults: {
            readonly dryRun: boolean;
            readonly created: number;
            readonly unchanged: number;
            readonly refused: number;
            /** @description One for each row, in their order. */
            readonly results: readonly {
                /** @enum {string} */
                readonly status: "created" | "unchanged" | "refused";
                /** @description As sent; null where the row has no such form. */
                readonly userName: string | null;
                readonly accountId: string | null;
                /** @description Of the user; null for a refusal and in a dry run. */
                readonly id: string | null;
                /** @description `userName`, `externalId`, `accountId`: a user who is here has it. */
                readonly reason: ("invalid" | "duplicate" | "userName" | "externalId" | "accountId" | "deleted") | null;
                /** @description What is wrong, and what to change. */
                readonly detail: string | null;
            }[];
        };
        readonly ImportedAccount: {
            /** @description As the provider will send it. */
            readonly userName: string;
            /** @description The provider's id of the person, where it is known. */
            readonly externalId?: string | null;
            readonly email?: string | null;
            readonly accountId?: string | null;
        };
        readonly Issue: {
            /** @description docs/bridge.md lists them; there may be new ones. */
            readonly kind: string;
            readonly sourceId?: string;
            readonly userName?: string;
            readonly detail: string;
            /** Format: date-time */
            readonly since?: string;
            /** @description In how many runs it was met. */
            readonly tries?: number;
        };
        readonly JoinedEvent: {
            /** @description Unique for ever; a webhook delivers the same one. */
            readonly id: string;
            readonly cursor: string;
            /** Format: date-time */
            readonly time: string;
            readonly tenant: string | null;
            readonly connector: string;
            /** @description The entry of the event log. */
            readonly eventId: string;
            readonly actor: ({
                /** @constant */
                readonly kind: "credential";
                readonly id: string;
            } | {
                /** @constant */
                readonly kind: "bridge";
                readonly runId: string;
            } | {
                /** @constant */
                readonly kind: "administrator";
                readonly name: string;
            }) | null;
            /** @constant */
            readonly type: "connector.joined";
        };
        readonly Key: {
            readonly id: string;
            readonly name: string;
            /** @description The first characters of the secret, to tell keys apart. */
            readonly hint: string;
            /**
             * @description What it may do.
             * @enum {string}
             */
            readonly role: "directory" | "feed" | "operator" | "admin";
            /** @description The one connector that it sees. */
            readonly connectorId: string | null;
            /** @description The tenant whose connectors it sees. */
            readonly tenant: string | null;
            /** Format: date-time */
            readonly createdAt: string;
            readonly expiresAt: string | null;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
        };
        /**
         * @example {
         *       "overlapSeconds": 86400
         *     }
         */
        readonly KeyRotation: {
            /**
             * @description For how many seconds both work.
             * @default 86400
             */
            readonly overlapSeconds: number;
        };
        readonly KeySet: {
            readonly keys: readonly ({
                readonly kid: string;
                readonly kty: string;
            } & {
                readonly [key: string]: unknown;
            })[];
        };
        readonly Keys: {
            readonly items: readonly components["schemas"]["Key"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly Member: {
            readonly value?: string;
            readonly $ref?: string;
            readonly type?: string;
            readonly display?: string;
        };
        readonly MemberEvent: {
            /** @description Unique for ever; a webhook delivers the same one. */
            readonly id: string;
            readonly cursor: string;
            /** Format: date-time */
            readonly time: string;
            readonly tenant: string | null;
            readonly connector: string;
            /** @description The entry of the event log. */
            readonly eventId: string;
            readonly actor: ({
                /** @constant */
                readonly kind: "credential";
                readonly id: string;
            } | {
                /** @constant */
                readonly kind: "bridge";
                readonly runId: string;
            } | {
                /** @constant */
                readonly kind: "administrator";
                readonly name: string;
            }) | null;
            /** @enum {string} */
            readonly type: "group.member_added" | "group.member_removed";
            readonly groupId: string;
            /** @description The version of the group. */
            readonly version: number;
            readonly memberId: string;
            readonly memberType: string;
            readonly memberDisplay: string | null;
        };
        readonly Members: {
            readonly items: readonly components["schemas"]["Member"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        /**
         * @example {
         *       "name": "Entra production"
         *     }
         */
        readonly NewClient: {
            readonly name?: string;
            /**
             * @description Whether it may change the directory, or read it alone.
             * @default read-write
             * @enum {string}
             */
            readonly scope: "read" | "read-write";
        };
        /**
         * @example {
         *       "name": "Okta production",
         *       "tenant": "acme",
         *       "preset": "okta",
         *       "settings": {
         *         "reprovision": "restore"
         *       }
         *     }
         */
        readonly NewConnector: {
            readonly name: string;
            /** @description A label of yours, such as a customer. */
            readonly tenant?: string;
            /** @enum {string} */
            readonly preset?: "okta" | "entra" | "onelogin" | "jumpcloud" | "google";
            readonly settings?: components["schemas"]["ChosenConnectorSettings"];
        };
        /**
         * @example {
         *       "name": "deployment",
         *       "role": "admin",
         *       "expiresAt": "2030-12-31T00:00:00Z"
         *     }
         * @example {
         *       "name": "app of acme",
         *       "role": "feed",
         *       "tenant": "acme"
         *     }
         */
        readonly NewKey: {
            readonly name: string;
            /**
             * @description What it may do.
             * @enum {string}
             */
            readonly role: "directory" | "feed" | "operator" | "admin";
            /** @description The one connector that it is to see. */
            readonly connectorId?: string;
            /** @description The tenant whose connectors it is to see. */
            readonly tenant?: string;
            /**
             * Format: date-time
             * @description Must lie in the future; left out, it has no end.
             */
            readonly expiresAt?: string;
        };
        /**
         * @example {
         *       "url": "https://app.example.com/scim-events",
         *       "scope": {
         *         "tenant": "acme"
         *       }
         *     }
         * @example {
         *       "url": "https://app.example.com/scim-events",
         *       "scope": "everything"
         *     }
         */
        readonly NewScopedWebhook: {
            readonly url: string;
            readonly name?: string;
            readonly eventTypes?: readonly ("user.created" | "user.updated" | "user.deactivated" | "user.reactivated" | "user.deleted" | "user.restored" | "user.erased" | "user.claimed" | "group.created" | "group.updated" | "group.deleted" | "group.member_added" | "group.member_removed" | "connector.deleted" | "connector.moved" | "connector.joined" | "user.roles_changed" | "connector.alert")[] | null;
            readonly scope: components["schemas"]["NewWebhookScope"];
        };
        /**
         * @example {
         *       "name": "Grace of Acme",
         *       "expiresAt": "2026-12-14T00:00:00Z",
         *       "can": [
         *         "connect",
         *         "rotate-token",
         *         "log"
         *       ]
         *     }
         */
        readonly NewSetupLink: {
            /**
             * @description Whom it is for; the trail names them so.
             * @default Set-up link
             */
            readonly name: string;
            /**
             * Format: date-time
             * @description Must lie in the future, within 30 days.
             */
            readonly expiresAt: string;
            /** @description connect: the wizard, with a token of their own; rotate-token: see and rotate tokens; bridge-credentials: give the Bridge its credentials, which nobody reads again; log: read the event log. */
            readonly can: readonly ("connect" | "rotate-token" | "bridge-credentials" | "log")[];
        };
        /**
         * @example {
         *       "name": "reporting",
         *       "scope": "read",
         *       "expiresAt": "2030-12-31T00:00:00Z"
         *     }
         */
        readonly NewToken: {
            readonly name?: string;
            /**
             * @description Whether it may change the directory, or read it alone.
             * @default read-write
             * @enum {string}
             */
            readonly scope: "read" | "read-write";
            /**
             * Format: date-time
             * @description Must lie in the future; left out, it has no end.
             */
            readonly expiresAt?: string;
        };
        /**
         * @example {
         *       "url": "https://app.example.com/scim-events"
         *     }
         */
        readonly NewWebhook: {
            readonly url: string;
            readonly name?: string;
            readonly eventTypes?: readonly ("user.created" | "user.updated" | "user.deactivated" | "user.reactivated" | "user.deleted" | "user.restored" | "user.erased" | "user.claimed" | "group.created" | "group.updated" | "group.deleted" | "group.member_added" | "group.member_removed" | "connector.deleted" | "connector.moved" | "connector.joined" | "user.roles_changed" | "connector.alert")[] | null;
        };
        /** @description Whose changes it delivers. */
        readonly NewWebhookScope: "everything" | {
            /** @description One connector. */
            readonly connectorId: string;
        } | {
            /** @description Its connectors, also those that it gets later. */
            readonly tenant: string;
        };
        readonly OpenApiDocument: {
            readonly openapi: string;
        } & {
            readonly [key: string]: unknown;
        };
        readonly OwnBridge: {
            /** @description null where it was not set up yet. */
            readonly source: ({
                /** @constant */
                readonly type: "okta";
                readonly baseUrl: string;
            } | {
                /** @constant */
                readonly type: "entra";
                readonly tenantId: string;
                /** @default https://graph.microsoft.com */
                readonly graphBaseUrl: string;
                /** @default https://login.microsoftonline.com */
                readonly loginBaseUrl: string;
            } | {
                /** @constant */
                readonly type: "google";
                /** Format: email */
                readonly adminEmail: string;
                /** @default my_customer */
                readonly customer: string;
                /** @default https://admin.googleapis.com */
                readonly apiBaseUrl: string;
                /** @default https://oauth2.googleapis.com/token */
                readonly tokenUrl: string;
            } | {
                /** @constant */
                readonly type: "onelogin";
                readonly baseUrl: string;
            } | {
                /** @constant */
                readonly type: "jumpcloud";
                /** @default https://console.jumpcloud.com */
                readonly baseUrl: string;
                readonly orgId?: string;
                /**
                 * @default email
                 * @enum {string}
                 */
                readonly userNameFrom: "email" | "username";
            } | {
                /** @constant */
                readonly type: "scim";
                readonly baseUrl: string;
            }) | null;
            /** @description Whether it rests until the team lets it go on. */
            readonly paused: boolean;
            readonly modifiedAt: string | null;
        };
        readonly OwnConnector: {
            readonly id: string;
            readonly name: string;
            /** @description The provider that it was made for. */
            readonly preset: string | null;
            readonly scimBaseUrl: string;
            readonly link: {
                readonly name: string;
                /** @description connect: the wizard, with a token of their own; rotate-token: see and rotate tokens; bridge-credentials: give the Bridge its credentials, which nobody reads again; log: read the event log. */
                readonly can: readonly ("connect" | "rotate-token" | "bridge-credentials" | "log")[];
                /** Format: date-time */
                readonly expiresAt: string;
            };
        };
        /**
         * @example {
         *       "source": {
         *         "type": "okta",
         *         "baseUrl": "https://acme.okta.com"
         *       },
         *       "credentials": {
         *         "apiToken": "…"
         *       }
         *     }
         */
        readonly OwnCredentials: {
            /** @description Where the Bridge is to read, if it was not set up yet: it is then stored, paused. */
            readonly source?: {
                /** @constant */
                readonly type: "okta";
                readonly baseUrl: string;
            } | {
                /** @constant */
                readonly type: "entra";
                readonly tenantId: string;
                /** @default https://graph.microsoft.com */
                readonly graphBaseUrl: string;
                /** @default https://login.microsoftonline.com */
                readonly loginBaseUrl: string;
            } | {
                /** @constant */
                readonly type: "google";
                /** Format: email */
                readonly adminEmail: string;
                /** @default my_customer */
                readonly customer: string;
                /** @default https://admin.googleapis.com */
                readonly apiBaseUrl: string;
                /** @default https://oauth2.googleapis.com/token */
                readonly tokenUrl: string;
            } | {
                /** @constant */
                readonly type: "onelogin";
                readonly baseUrl: string;
            } | {
                /** @constant */
                readonly type: "jumpcloud";
                /** @default https://console.jumpcloud.com */
                readonly baseUrl: string;
                readonly orgId?: string;
                /**
                 * @default email
                 * @enum {string}
                 */
                readonly userNameFrom: "email" | "username";
            } | {
                /** @constant */
                readonly type: "scim";
                readonly baseUrl: string;
            };
            /** @description As in PUT /connectors/{id}/bridge of the admin API. Nobody reads them again. */
            readonly credentials: {
                readonly [key: string]: unknown;
            };
        };
        readonly OwnEvent: {
            readonly id: string;
            /** Format: date-time */
            readonly time: string;
            /** @description Of the request; BRIDGE and ALERT for the gateway's own events. */
            readonly method: string;
            readonly path: string;
            readonly status: number;
            readonly scimType: string | null;
            readonly latencyMs: number;
            readonly clientIp: string | null;
            readonly userAgent: string | null;
            readonly resourceType: string | null;
            readonly resourceId: string | null;
            readonly userName: string | null;
            readonly requestBody: string | null;
            readonly responseBody: string | null;
            /** @description What was let pass. */
            readonly warnings: readonly string[];
            readonly difference: components["schemas"]["Difference"] | null;
            /** @description Of a refusal: the cause, and the next step. */
            readonly explanation: string | null;
            /** @description For how many requests it stands. */
            readonly count: number;
            /** @description In the events of a person alone: what became of its groups. */
            readonly memberships?: readonly {
                /** @enum {string} */
                readonly change: "joined" | "left" | "waits";
                readonly groupId: string;
                readonly groupName: string | null;
            }[];
        };
        readonly OwnEvents: {
            readonly items: readonly components["schemas"]["OwnEvent"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly ParkedMember: {
            readonly groupId: string;
            readonly groupName: string | null;
            /** @description The member as the client named it. */
            readonly value: string;
            /** Format: date-time */
            readonly parkedAt: string;
        };
        readonly ParkedMembers: {
            readonly items: readonly components["schemas"]["ParkedMember"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly PlannedStep: {
            readonly op: string;
            readonly sourceId: string | null;
            readonly userId: string | null;
            readonly why: string | null;
            /** @description Attribute paths with the values they get. */
            readonly set: {
                readonly [key: string]: unknown;
            };
            readonly unset: readonly string[];
            /** @description Attributes that stay, since the connector's `createOnly` names them. */
            readonly kept?: readonly string[];
            readonly group?: {
                /** @description Null for a new one. */
                readonly groupId: string | null;
                readonly displayName: string | null;
                readonly membersAdded: number;
                readonly membersRemoved: number;
                readonly membersHeld: number;
                /** @description Its name for applications, where the connector has a `groupNamePrefix`. */
                readonly shownAs?: string;
                /** @description The roles that it gives to its users by the connector's `roles`. */
                readonly roles?: readonly string[];
            };
        };
        /**
         * @description Problem details (RFC 9457).
         * @example {
         *       "type": "about:blank",
         *       "title": "Bad Request",
         *       "status": 400,
         *       "code": "invalidQuery",
         *       "detail": "limit: Too small: expected number to be >=1",
         *       "errors": [
         *         {
         *           "parameter": "limit",
         *           "detail": "Too small: expected number to be >=1"
         *         }
         *       ]
         *     }
         */
        readonly Problem: {
            /** @description A URI that names the kind of problem; about:blank as a rule. */
            readonly type: string;
            /** @description The words of the status. */
            readonly title: string;
            readonly status: number;
            /**
             * @description What went wrong, for programs: it stays, while the words may change.
             * @enum {string}
             */
            readonly code: "invalidRequest" | "invalidBody" | "invalidQuery" | "invalidCursor" | "invalidIdempotencyKey" | "unauthorized" | "forbidden" | "roleTooSmall" | "readOnly" | "foreignSite" | "outOfSight" | "notFound" | "connectorNotFound" | "noSuchCall" | "methodNotAllowed" | "conflict" | "connectorDisabled" | "connectorStaged" | "tooManyWebhooks" | "answerLost" | "cursorExpired" | "versionMismatch" | "bodyTooLarge" | "unsupportedMediaType" | "idempotencyKeyReused" | "tooManyFailures" | "internalError" | "unavailable" | "adminApiClosed";
            /** @description What is wrong, and what to change. */
            readonly detail: string;
            /** @description Of a body or query that does not fit: the first things that are wrong. */
            readonly errors?: readonly ({
                /** @description A JSON Pointer (RFC 6901) into the body, behind #. */
                readonly pointer: string;
                readonly detail: string;
            } | {
                /** @description Of the query. */
                readonly parameter: string;
                readonly detail: string;
            })[];
        };
        readonly Refusal: {
            /** Format: date-time */
            readonly minute: string;
            readonly ipPrefix: string;
            readonly reason: string;
            readonly count: number;
        };
        readonly Refusals: {
            readonly items: readonly components["schemas"]["Refusal"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly RefusalsByClass: {
            readonly "4xx": number;
            readonly "5xx": number;
        };
        readonly RejectedSwitchOffs: {
            readonly rejected: number;
            /** @description Whom nothing was done about, and why: they are still held. */
            readonly refused: readonly {
                readonly id: string;
                readonly detail: string;
            }[];
        };
        /**
         * @description Exactly one of the three.
         * @example {
         *       "deadSince": "2026-11-22T00:00:00Z"
         *     }
         */
        readonly Replay: {
            /** @description A `webhook-id`, or the `id` of an event. */
            readonly eventId?: string;
            /**
             * Format: date-time
             * @description All events that were given up since then.
             */
            readonly deadSince?: string;
            /**
             * Format: date-time
             * @description Everything since then, once more.
             */
            readonly rewindTo?: string;
        };
        readonly Replayed: {
            /** @description How many events; null for a rewind. */
            readonly queued: number | null;
        };
        readonly RequestsByClass: {
            readonly "2xx": number;
            readonly "3xx": number;
            readonly "4xx": number;
            readonly "5xx": number;
        };
        readonly ResourceEvent: {
            /** @description Unique for ever; a webhook delivers the same one. */
            readonly id: string;
            readonly cursor: string;
            /** Format: date-time */
            readonly time: string;
            readonly tenant: string | null;
            readonly connector: string;
            /** @description The entry of the event log. */
            readonly eventId: string;
            readonly actor: ({
                /** @constant */
                readonly kind: "credential";
                readonly id: string;
            } | {
                /** @constant */
                readonly kind: "bridge";
                readonly runId: string;
            } | {
                /** @constant */
                readonly kind: "administrator";
                readonly name: string;
            }) | null;
            /** @enum {string} */
            readonly type: "user.created" | "user.updated" | "user.deactivated" | "user.reactivated" | "user.deleted" | "user.restored" | "user.erased" | "user.claimed" | "group.created" | "group.updated" | "group.deleted";
            readonly resourceType: string;
            readonly resourceId: string;
            readonly version: number;
            /** @description The SCIM document as it is then, or as it last was; a group without its members. */
            readonly resource: {
                readonly [key: string]: unknown;
            };
            /** @description The names of the changed attributes. */
            readonly changed?: readonly string[];
            readonly difference?: components["schemas"]["Difference"] | null;
            /**
             * @description The change took an imported user over, which waited for its person.
             * @constant
             */
            readonly claimed?: true;
        };
        readonly RolesEvent: {
            /** @description Unique for ever; a webhook delivers the same one. */
            readonly id: string;
            readonly cursor: string;
            /** Format: date-time */
            readonly time: string;
            readonly tenant: string | null;
            readonly connector: string;
            /** @description The entry of the event log. */
            readonly eventId: string;
            readonly actor: ({
                /** @constant */
                readonly kind: "credential";
                readonly id: string;
            } | {
                /** @constant */
                readonly kind: "bridge";
                readonly runId: string;
            } | {
                /** @constant */
                readonly kind: "administrator";
                readonly name: string;
            }) | null;
            /** @constant */
            readonly type: "user.roles_changed";
            readonly resourceType: string;
            /** @description The user. */
            readonly resourceId: string;
            /** @description The version of the user, which roles do not change. */
            readonly version: number;
            /** @description All roles of the user from now on. */
            readonly roles: readonly string[];
            readonly added: readonly string[];
            readonly removed: readonly string[];
        };
        readonly RotatedKey: {
            readonly id: string;
            readonly name: string;
            /** @description The first characters of the secret, to tell keys apart. */
            readonly hint: string;
            /**
             * @description What it may do.
             * @enum {string}
             */
            readonly role: "directory" | "feed" | "operator" | "admin";
            /** @description The one connector that it sees. */
            readonly connectorId: string | null;
            /** @description The tenant whose connectors it sees. */
            readonly tenant: string | null;
            /** Format: date-time */
            readonly createdAt: string;
            readonly expiresAt: string | null;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
            /** @description Shown this once. */
            readonly secret: string;
            /** @description The id of the key that it follows. */
            readonly replaces: string;
        };
        readonly RotatedToken: {
            readonly id: string;
            readonly name: string | null;
            /** @description The first characters of the secret, to tell tokens apart. */
            readonly hint: string;
            /**
             * @description Whether it may change the directory, or read it alone.
             * @enum {string}
             */
            readonly scope: "read" | "read-write";
            /** Format: date-time */
            readonly createdAt: string;
            readonly expiresAt: string | null;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
            /** @description Shown this once. */
            readonly secret: string;
            /** @description The id of the token that it follows. */
            readonly replaces: string;
        };
        readonly Run: {
            readonly runId: string;
            /** @enum {string} */
            readonly mode: "full" | "delta" | "plan" | "user" | "approve";
            /** @enum {string} */
            readonly state: "running" | "waiting" | "succeeded" | "failed";
            /** @enum {string} */
            readonly phase: "scope" | "users" | "switchOff" | "confirm" | "switchOffConfirmed" | "secondPass" | "groups" | "done";
            readonly counts: components["schemas"]["RunCounts"];
            /** @description The most important first; `issueCount` is how many there are. */
            readonly issues: readonly components["schemas"]["Issue"][];
            readonly issueCount: number;
            /** @description How many switch-offs the guard holds back. */
            readonly held: number;
            /** @description Why it failed. */
            readonly error: string | null;
            readonly waitingFor: string | null;
            readonly resumesAt: string | null;
            /** Format: date-time */
            readonly startedAt: string;
            readonly finishedAt: string | null;
        };
        readonly RunCounts: {
            readonly seen: number;
            readonly created: number;
            readonly updated: number;
            readonly deactivated: number;
            readonly reactivated: number;
            readonly deleted: number;
            readonly held: number;
            readonly skipped: number;
            readonly groupsCreated: number;
            readonly groupsUpdated: number;
            readonly groupsDeleted: number;
            readonly membersAdded: number;
            readonly membersRemoved: number;
        };
        readonly RunWithPlan: {
            readonly runId: string;
            /** @enum {string} */
            readonly mode: "full" | "delta" | "plan" | "user" | "approve";
            /** @enum {string} */
            readonly state: "running" | "waiting" | "succeeded" | "failed";
            /** @enum {string} */
            readonly phase: "scope" | "users" | "switchOff" | "confirm" | "switchOffConfirmed" | "secondPass" | "groups" | "done";
            readonly counts: components["schemas"]["RunCounts"];
            /** @description The most important first; `issueCount` is how many there are. */
            readonly issues: readonly components["schemas"]["Issue"][];
            readonly issueCount: number;
            /** @description How many switch-offs the guard holds back. */
            readonly held: number;
            /** @description Why it failed. */
            readonly error: string | null;
            readonly waitingFor: string | null;
            readonly resumesAt: string | null;
            /** Format: date-time */
            readonly startedAt: string;
            readonly finishedAt: string | null;
            readonly plan?: {
                readonly wouldHold: boolean;
                readonly steps: readonly components["schemas"]["PlannedStep"][];
            };
        };
        readonly Runs: {
            readonly items: readonly components["schemas"]["Run"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        /**
         * @example {
         *       "overlapSeconds": 86400
         *     }
         */
        readonly SecretRotation: {
            /**
             * @description For how many seconds both work.
             * @default 86400
             */
            readonly overlapSeconds: number;
        };
        readonly SecurityEventTokens: {
            /** @description Security event tokens by their ids (RFC 8936). */
            readonly sets: {
                readonly [key: string]: string;
            };
            readonly moreAvailable: boolean;
            /** @description Store it with what you did; send it as `after` for what comes next. */
            readonly next: string;
            /**
             * @description The connector delivers nothing yet.
             * @constant
             */
            readonly staged?: true;
        };
        readonly SeenAttribute: {
            /** @description In the form that PUT takes. */
            readonly declaration: components["schemas"]["Attribute"];
            /** @description Why it cannot be declared so. */
            readonly problem?: string;
            readonly types: readonly ("string" | "integer" | "decimal" | "boolean" | "complex")[];
            /** Format: date-time */
            readonly lastSeenAt: string;
        };
        readonly SeenAttributes: {
            readonly items: readonly components["schemas"]["SeenAttribute"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        /**
         * @example {
         *       "passed": true,
         *       "steps": [
         *         {
         *           "name": "Okta: Test Connector Configuration",
         *           "request": {
         *             "method": "GET",
         *             "path": "/scim/v2/Users?startIndex=1&count=2"
         *           },
         *           "status": 200,
         *           "expected": 200,
         *           "passed": true
         *         }
         *       ]
         *     }
         */
        readonly SelfTest: {
            readonly passed: boolean;
            readonly steps: readonly components["schemas"]["SelfTestStep"][];
        };
        /** @example {} */
        readonly SelfTestRequest: Record<string, never>;
        readonly SelfTestStep: {
            readonly name: string;
            readonly request: {
                readonly method: string;
                readonly path: string;
            };
            /** @description Null for a step that could not be sent. */
            readonly status: number | null;
            readonly expected: number;
            readonly passed: boolean;
            /** @description What the provider would stumble over. */
            readonly detail?: string;
        };
        readonly SetupLink: {
            readonly id: string;
            readonly name: string;
            /** @description The first characters of the secret, to tell links apart. */
            readonly hint: string;
            /** @description connect: the wizard, with a token of their own; rotate-token: see and rotate tokens; bridge-credentials: give the Bridge its credentials, which nobody reads again; log: read the event log. */
            readonly can: readonly ("connect" | "rotate-token" | "bridge-credentials" | "log")[];
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly expiresAt: string;
            readonly revokedAt: string | null;
            /** @description When it was last opened. */
            readonly openedAt: string | null;
        };
        readonly SetupLinks: {
            readonly items: readonly components["schemas"]["SetupLink"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly StartedRun: {
            readonly runId: string;
        };
        readonly SyncedUser: {
            readonly steps: readonly components["schemas"]["PlannedStep"][];
        };
        readonly Token: {
            readonly id: string;
            readonly name: string | null;
            /** @description The first characters of the secret, to tell tokens apart. */
            readonly hint: string;
            /**
             * @description Whether it may change the directory, or read it alone.
             * @enum {string}
             */
            readonly scope: "read" | "read-write";
            /** Format: date-time */
            readonly createdAt: string;
            readonly expiresAt: string | null;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
        };
        /**
         * @example {
         *       "overlapSeconds": 86400
         *     }
         */
        readonly TokenRotation: {
            /**
             * @description For how many seconds both work.
             * @default 86400
             */
            readonly overlapSeconds: number;
        };
        readonly Tokens: {
            readonly items: readonly components["schemas"]["Token"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly UnusedToken: {
            readonly id: string;
            readonly name: string | null;
            /** @description The first characters of the secret, to tell tokens apart. */
            readonly hint: string;
            /**
             * @description Whether it may change the directory, or read it alone.
             * @enum {string}
             */
            readonly scope: "read" | "read-write";
            /** Format: date-time */
            readonly createdAt: string;
            readonly expiresAt: string | null;
            readonly revokedAt: string | null;
            readonly lastUsedAt: string | null;
            readonly connectorId: string;
        };
        readonly UnusedTokens: {
            readonly items: readonly components["schemas"]["UnusedToken"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        /** @description A user as SCIM has it (RFC 7643 §4.1). */
        readonly User: {
            readonly schemas: readonly string[];
            readonly id: string;
            readonly externalId?: string;
            readonly userName?: string;
            readonly active?: boolean;
            readonly displayName?: string;
            /** @description The application's own id of the account. */
            readonly accountId?: string;
            /**
             * Format: date-time
             * @description When the person first signed in to the application.
             */
            readonly registered?: string;
            /**
             * @description Of an imported user, whose person is to come.
             * @constant
             */
            readonly claimed?: false;
            /**
             * Format: date-time
             * @description Of a deleted user in the list of those alone.
             */
            readonly deletedAt?: string;
            readonly meta?: {
                readonly resourceType?: string;
                readonly created?: string;
                readonly lastModified?: string;
                readonly location?: string;
                readonly version?: string;
            } & {
                readonly [key: string]: unknown;
            };
        } & {
            readonly [key: string]: unknown;
        };
        readonly Users: {
            readonly items: readonly components["schemas"]["User"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
        readonly Webhook: {
            readonly id: string;
            readonly scope: components["schemas"]["WebhookScope"];
            readonly name: string | null;
            readonly url: string;
            /** @description Null for all. */
            readonly eventTypes: readonly string[] | null;
            /** @enum {string} */
            readonly status: "active" | "disabled";
            readonly disabledReason: ("administrator" | "gone" | "failing") | null;
            readonly formerSecretUntil: string | null;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly modifiedAt: string;
        };
        readonly WebhookScope: "everything" | {
            readonly connectorId: string;
        } | {
            readonly tenant: string;
        };
        readonly WebhookWithDelivery: {
            readonly id: string;
            readonly scope: components["schemas"]["WebhookScope"];
            readonly name: string | null;
            readonly url: string;
            /** @description Null for all. */
            readonly eventTypes: readonly string[] | null;
            /** @enum {string} */
            readonly status: "active" | "disabled";
            readonly disabledReason: ("administrator" | "gone" | "failing") | null;
            readonly formerSecretUntil: string | null;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly modifiedAt: string;
            readonly delivery: components["schemas"]["DeliveryOverview"];
        };
        readonly WebhookWithSecret: {
            readonly id: string;
            readonly scope: components["schemas"]["WebhookScope"];
            readonly name: string | null;
            readonly url: string;
            /** @description Null for all. */
            readonly eventTypes: readonly string[] | null;
            /** @enum {string} */
            readonly status: "active" | "disabled";
            readonly disabledReason: ("administrator" | "gone" | "failing") | null;
            readonly formerSecretUntil: string | null;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly modifiedAt: string;
            /** @description The signing secret; shown this once. */
            readonly secret: string;
        };
        readonly Webhooks: {
            readonly items: readonly components["schemas"]["Webhook"][];
            /** @description Send it as `cursor` for the next page; null at the end. */
            readonly nextCursor: string | null;
        };
    };
    responses: {
        /** @description What was sent does not fit; `detail` names it. */
        readonly BadRequest: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No admin token or key, or a wrong one. */
        readonly Unauthorized: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The caller's role is too small or may only read, or the call was written on another site. */
        readonly Forbidden: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is nothing with this id. */
        readonly NotFound: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It cannot be done now; `detail` says why. */
        readonly Conflict: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Changes behind this cursor are no longer kept, or a set-up link has ended. */
        readonly Gone: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It is not at a version that If-Match and If-None-Match let pass. */
        readonly PreconditionFailed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is larger than 64 KB, or that of an import than 1 MB. */
        readonly ContentTooLarge: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body did not come as application/json. */
        readonly UnsupportedMediaType: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The Idempotency-Key came with another body before. */
        readonly UnprocessableContent: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many calls with bad credentials came from this address. */
        readonly TooManyRequests: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A fault of the gateway; `detail` holds an id that the log repeats. */
        readonly InternalServerError: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something that the call needs cannot be had right now. Repeat it later. */
        readonly ServiceUnavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description The versions on which this may be done, as ETag gave them. */
        readonly IfMatch: string;
        /** @description The versions that the caller does not want. */
        readonly IfNoneMatch: string;
        /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
        readonly IdempotencyKey: string;
    };
    requestBodies: never;
    headers: {
        /** @description The version, as a weak entity tag. */
        readonly ETag: string;
        /** @description The path of what was made. */
        readonly Location: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly listConnectors: {
        readonly parameters: {
            readonly query?: {
                readonly tenant?: string;
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Connectors"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly createConnector: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewConnector"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CreatedConnector"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["UnprocessableContent"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getConnector: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Connector"];
                };
            };
            /** @description It is at the version that If-None-Match names. */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly deleteConnector: {
        readonly parameters: {
            readonly query?: {
                /** @description What becomes of the users, each with its event. */
                readonly users?: "keep" | "deactivate" | "delete";
            };
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly changeConnector: {
        readonly parameters: {
            readonly query?: {
                /** @description With `tenant` alone: what becomes of the users when the connector moves. Without it `deactivate`, or `keep` where it has no tenant yet. */
                readonly users?: "keep" | "deactivate" | "delete";
            };
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangedConnector"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Connector"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly previewEnding: {
        readonly parameters: {
            readonly query?: {
                /** @description What becomes of the users, each with its event. */
                readonly users?: "keep" | "deactivate" | "delete";
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Ending"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly approveConnector: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Connector"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listParkedMembers: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ParkedMembers"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getAttributes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Attributes"];
                };
            };
            /** @description It is at the version that If-None-Match names. */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly putAttributes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AttributesToDeclare"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Attributes"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getSeenAttributes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SeenAttributes"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listUnusedTokens: {
        readonly parameters: {
            readonly query?: {
                /** @description For how many days nobody used them. */
                readonly unusedDays?: number;
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UnusedTokens"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listTokens: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Tokens"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly createToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewToken"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CreatedToken"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["UnprocessableContent"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly rotateToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly tokenId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["TokenRotation"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RotatedToken"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly revokeToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly tokenId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listClients: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Clients"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly createClient: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewClient"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CreatedClient"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["UnprocessableContent"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly revokeClient: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly clientId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly selfTest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["SelfTestRequest"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SelfTest"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Bridge"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly putBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly source: {
                        /** @constant */
                        readonly type: "okta";
                        readonly baseUrl: string;
                    } | {
                        /** @constant */
                        readonly type: "entra";
                        readonly tenantId: string;
                        /** @default https://graph.microsoft.com */
                        readonly graphBaseUrl?: string;
                        /** @default https://login.microsoftonline.com */
                        readonly loginBaseUrl?: string;
                    } | {
                        /** @constant */
                        readonly type: "google";
                        /** Format: email */
                        readonly adminEmail: string;
                        /** @default my_customer */
                        readonly customer?: string;
                        /** @default https://admin.googleapis.com */
                        readonly apiBaseUrl?: string;
                        /** @default https://oauth2.googleapis.com/token */
                        readonly tokenUrl?: string;
                    } | {
                        /** @constant */
                        readonly type: "onelogin";
                        readonly baseUrl: string;
                    } | {
                        /** @constant */
                        readonly type: "jumpcloud";
                        /** @default https://console.jumpcloud.com */
                        readonly baseUrl?: string;
                        readonly orgId?: string;
                        /**
                         * @default email
                         * @enum {string}
                         */
                        readonly userNameFrom?: "email" | "username";
                    } | {
                        /** @constant */
                        readonly type: "scim";
                        readonly baseUrl: string;
                    };
                    /** @description okta: {apiToken} or {clientId, privateKeyJwk}; entra and onelogin: {clientId, clientSecret}; google: {keyFile} with the service account's JSON key file, the file itself, or {clientEmail, privateKey}; jumpcloud: {apiKey}; scim: {token} */
                    readonly credentials?: {
                        readonly [key: string]: unknown;
                    };
                    readonly paused?: boolean;
                    /** @default 900 */
                    readonly intervalSeconds?: number;
                    /** @default auto */
                    readonly fullIntervalSeconds?: "auto" | number;
                    /** @default [] */
                    readonly excluded?: readonly string[];
                    /**
                     * @default {
                     *       "max": 25,
                     *       "percent": 10,
                     *       "minBase": 5
                     *     }
                     */
                    readonly guard?: {
                        /** @default 25 */
                        readonly max?: number;
                        /** @default 10 */
                        readonly percent?: number;
                        /** @default 5 */
                        readonly minBase?: number;
                    };
                    /**
                     * @default {
                     *       "max": 5,
                     *       "percent": 20,
                     *       "minBase": 5
                     *     }
                     */
                    readonly groupGuard?: {
                        /** @default 5 */
                        readonly max?: number;
                        /** @default 20 */
                        readonly percent?: number;
                        /** @default 5 */
                        readonly minBase?: number;
                    };
                    /**
                     * @default {
                     *       "max": 50,
                     *       "percent": 50,
                     *       "minBase": 10
                     *     }
                     */
                    readonly membershipGuard?: {
                        /** @default 50 */
                        readonly max?: number;
                        /** @default 50 */
                        readonly percent?: number;
                        /** @default 10 */
                        readonly minBase?: number;
                    };
                    /** @default true */
                    readonly matchByEmail?: boolean;
                    /** @default false */
                    readonly includeGuests?: boolean;
                    /** @default false */
                    readonly createInactive?: boolean;
                    /** @default deactivate */
                    readonly onMissing?: ("deactivate" | "ignore") | {
                        readonly deleteAfterDays: number;
                    };
                    /**
                     * @default unmanage
                     * @enum {string}
                     */
                    readonly onExcluded?: "unmanage" | "deactivate";
                    readonly scope?: {
                        readonly groups: readonly string[];
                    } | {
                        readonly application: string;
                    };
                    /**
                     * @default deactivate
                     * @enum {string}
                     */
                    readonly onOutOfScope?: "unmanage" | "deactivate";
                    /**
                     * @default relink
                     * @enum {string}
                     */
                    readonly rehire?: "relink" | "conflict";
                    /** @default none */
                    readonly groups?: ("none" | "all") | readonly string[];
                    /** @default [] */
                    readonly mapping?: readonly {
                        readonly from: string;
                        readonly to: string;
                        /**
                         * @default always
                         * @enum {string}
                         */
                        readonly when?: "always" | "create";
                    }[];
                    readonly userNameFrom?: string;
                    /**
                     * @default name
                     * @enum {string}
                     */
                    readonly entraFormatted?: "name" | "immutableId";
                    readonly credentialsKind?: unknown;
                    readonly state?: unknown;
                    readonly consecutiveFailures?: unknown;
                    readonly nextSyncAt?: unknown;
                    readonly linkedUsers?: unknown;
                    readonly held?: unknown;
                    readonly approved?: unknown;
                    readonly lastRun?: unknown;
                    readonly createdAt?: unknown;
                    readonly modifiedAt?: unknown;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Bridge"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly deleteBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly changeBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangedBridge"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Bridge"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly excludeFromBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly pattern: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Bridge"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly includeInBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly pattern: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Bridge"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly checkBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangedBridge"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BridgeCheck"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly syncBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /**
                     * @default delta
                     * @enum {string}
                     */
                    readonly mode?: "full" | "delta";
                };
            };
        };
        readonly responses: {
            /** @description Begun; it goes on by itself. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StartedRun"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly syncUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly key: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SyncedUser"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly planBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangedBridge"];
            };
        };
        readonly responses: {
            /** @description Begun; it goes on by itself. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StartedRun"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly resyncBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Begun; it goes on by itself. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StartedRun"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly pauseBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly resumeBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly enableBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listRuns: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Runs"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly runId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RunWithPlan"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listHeld: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HeldItems"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly approveHeld: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly runId: string | null;
                    readonly count: number;
                } | {
                    readonly ids: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Begun; it goes on by itself. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApprovedSwitchOffs"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly rejectHeld: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly runId: string | null;
                    readonly count: number;
                } | {
                    readonly ids: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RejectedSwitchOffs"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description The first moment. */
                readonly from?: string;
                /** @description The moment before which it ends. */
                readonly to?: string;
                /** @description One status, or a class of them such as 4xx. */
                readonly status?: string;
                readonly method?: string;
                readonly credentialId?: string;
                readonly clientIp?: string;
                /** @description Words that the explanation or the warnings hold. */
                readonly explanation?: string;
                /** @description A text that the userName or the path holds. */
                readonly search?: string;
                /** @description An id, a userName or an externalId. */
                readonly user?: string;
                readonly resourceId?: string;
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Events"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly exportEvents: {
        readonly parameters: {
            readonly query?: {
                readonly format?: "ndjson" | "csv";
                /** @description The first moment. */
                readonly from?: string;
                /** @description The moment before which it ends. */
                readonly to?: string;
                /** @description One status, or a class of them such as 4xx. */
                readonly status?: string;
                readonly method?: string;
                readonly credentialId?: string;
                readonly clientIp?: string;
                /** @description Words that the explanation or the warnings hold. */
                readonly explanation?: string;
                /** @description A text that the userName or the path holds. */
                readonly search?: string;
                /** @description An id, a userName or an externalId. */
                readonly user?: string;
                readonly resourceId?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": string;
                    readonly "text/csv": string;
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getEvent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly eventId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Event"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listUserEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description The first moment. */
                readonly from?: string;
                /** @description The moment before which it ends. */
                readonly to?: string;
                /** @description One status, or a class of them such as 4xx. */
                readonly status?: string;
                readonly method?: string;
                readonly credentialId?: string;
                readonly clientIp?: string;
                /** @description Words that the explanation or the warnings hold. */
                readonly explanation?: string;
                /** @description A text that the userName or the path holds. */
                readonly search?: string;
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly userId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Events"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listRefusals: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Refusals"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listUsers: {
        readonly parameters: {
            readonly query?: {
                /** @description As in SCIM (RFC 7644 §3.4.2.2). */
                readonly filter?: string;
                /** @description The `nextCursor` of the page before. */
                readonly cursor?: string;
                readonly limit?: number;
                /** @description The attributes to be shown, as in SCIM. */
                readonly attributes?: string;
                /** @description The attributes to be left out, as in SCIM. */
                readonly excludedAttributes?: string;
                /** @description `deleted` for those who can be restored; `registered` who signed in to the application, as it said, and `pending` who did not; `unclaimed` who were imported and wait; without it all who are there. */
                readonly state?: "active" | "inactive" | "deleted" | "pending" | "registered" | "unclaimed";
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Users"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getUser: {
        readonly parameters: {
            readonly query?: {
                /** @description The attributes to be shown, as in SCIM. */
                readonly attributes?: string;
                /** @description The attributes to be left out, as in SCIM. */
                readonly excludedAttributes?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly userId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly changeUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly userId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly accountId?: string | null;
                    /** @description When the person first signed in to the application; null takes it back. */
                    readonly registered?: string | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly restoreUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly userId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly deactivateUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly userId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly activateUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly userId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly eraseUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly userId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description Begun; it goes on by itself. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Erasure"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly importUsers: {
        readonly parameters: {
            readonly query?: {
                /** @description Whether only to say what would be done. */
                readonly dryRun?: "true" | "false";
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly users: readonly components["schemas"]["ImportedAccount"][];
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ImportResults"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listGroups: {
        readonly parameters: {
            readonly query?: {
                /** @description As in SCIM (RFC 7644 §3.4.2.2). */
                readonly filter?: string;
                /** @description The `nextCursor` of the page before. */
                readonly cursor?: string;
                readonly limit?: number;
                /** @description The attributes to be shown, as in SCIM. */
                readonly attributes?: string;
                /** @description The attributes to be left out, as in SCIM. */
                readonly excludedAttributes?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Groups"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getGroup: {
        readonly parameters: {
            readonly query?: {
                /** @description The attributes to be shown, as in SCIM. */
                readonly attributes?: string;
                /** @description The attributes to be left out, as in SCIM. */
                readonly excludedAttributes?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly groupId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Group"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listMembers: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly groupId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Members"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listAnyWebhooks: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Webhooks"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly createAnyWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewScopedWebhook"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["UnprocessableContent"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getAnyWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookWithDelivery"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly deleteAnyWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly changeAnyWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangedWebhook"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Webhook"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly testAnyWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Delivery"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly rotateAnyWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SecretRotation"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly replayAnyWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Replay"];
            };
        };
        readonly responses: {
            /** @description Begun; it goes on by itself. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Replayed"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listAnyDeliveries: {
        readonly parameters: {
            readonly query?: {
                readonly outcome?: "delivered" | "failed" | "dead";
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Deliveries"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listWebhooks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Webhooks"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly createWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewWebhook"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["UnprocessableContent"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookWithDelivery"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly deleteWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly changeWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangedWebhook"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Webhook"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly testWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Delivery"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly rotateWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly id: string;
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SecretRotation"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly replayWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Replay"];
            };
        };
        readonly responses: {
            /** @description Begun; it goes on by itself. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Replayed"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listDeliveries: {
        readonly parameters: {
            readonly query?: {
                readonly outcome?: "delivered" | "failed" | "dead";
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly webhookId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Deliveries"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listKeys: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Keys"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly createKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewKey"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CreatedKey"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["UnprocessableContent"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly keyId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Key"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly revokeKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly keyId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly changeKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly keyId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangedKey"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Key"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly rotateKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The versions on which this may be done, as ETag gave them. */
                readonly "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The versions that the caller does not want. */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                readonly keyId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["KeyRotation"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RotatedKey"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 412: components["responses"]["PreconditionFailed"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listSetupLinks: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SetupLinks"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly createSetupLink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewSetupLink"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CreatedSetupLink"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["UnprocessableContent"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly revokeSetupLink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly linkId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getCaller: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Caller"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listSessions: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConsoleSessions"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly endSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly sessionId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getActivity: {
        readonly parameters: {
            readonly query?: {
                /** @description The first moment, rounded down to its hour or day; a day before `to` when left out. */
                readonly from?: string;
                /** @description The moment before which it ends, rounded up; now when left out. */
                readonly to?: string;
                /** @description What an item counts; days are those of UTC. */
                readonly step?: "hour" | "day";
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Activity"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getMetrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/openmetrics-text": string;
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listAudit: {
        readonly parameters: {
            readonly query?: {
                readonly connectorId?: string;
                /** @description The `actor.id` of a row: ADMIN_TOKEN, an e-mail address, the id of a key. */
                readonly actor?: string;
                /** @description An operationId, such as deleteConnector. */
                readonly operation?: string;
                /** @description The first moment. */
                readonly from?: string;
                /** @description The moment before which it ends. */
                readonly to?: string;
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditRows"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly exportAudit: {
        readonly parameters: {
            readonly query?: {
                readonly format?: "ndjson" | "csv";
                readonly connectorId?: string;
                /** @description The `actor.id` of a row: ADMIN_TOKEN, an e-mail address, the id of a key. */
                readonly actor?: string;
                /** @description An operationId, such as deleteConnector. */
                readonly operation?: string;
                /** @description The first moment. */
                readonly from?: string;
                /** @description The moment before which it ends. */
                readonly to?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": string;
                    readonly "text/csv": string;
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getOpenapi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly followChanges: {
        readonly parameters: {
            readonly query?: {
                /** @description The id of a connector; without it all that the key sees. */
                readonly connector?: string;
                /** @description A tenant; without it all that the key sees. */
                readonly tenant?: string;
                /** @description The `next` of the page before; `latest` for the end of the feed. */
                readonly after?: string;
                /** @description How many items a page holds at most. */
                readonly limit?: number;
                /** @description How many seconds an empty page may wait for a change. */
                readonly wait?: number;
                /** @description `set` for security event tokens. */
                readonly format?: "json" | "set";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ChangePage"] | components["schemas"]["SecurityEventTokens"];
                };
            };
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 410: components["responses"]["Gone"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listDirectories: {
        readonly parameters: {
            readonly query?: {
                /** @description A tenant; without it all that the key sees. */
                readonly tenant?: string;
                /** @description The `next` of the page before; without it the list begins. */
                readonly after?: string;
                /** @description How many items a page holds at most. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Directories"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getDirectory: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Directory"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listDirectoryUsers: {
        readonly parameters: {
            readonly query?: {
                /** @description The id of a connector; without it all that the key sees. */
                readonly connector?: string;
                /** @description A tenant; without it all that the key sees. */
                readonly tenant?: string;
                /** @description As in SCIM (RFC 7644 §3.4.2.2). */
                readonly filter?: string;
                /** @description The `next` of the page before; without it the list begins. */
                readonly after?: string;
                /** @description How many items a page holds at most. */
                readonly limit?: number;
                /** @description The attributes to be shown, as in SCIM. */
                readonly attributes?: string;
                /** @description The attributes to be left out, as in SCIM. */
                readonly excludedAttributes?: string;
                /** @description `registered` who signed in, as you said, and `pending` who did not; `unclaimed` who were imported and wait for their persons. Without it all users. */
                readonly state?: "active" | "inactive" | "pending" | "registered" | "unclaimed";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DirectoryUsers"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getDirectoryUser: {
        readonly parameters: {
            readonly query?: {
                /** @description The id of its connector; needed unless the key sees one connector alone. */
                readonly connector?: string;
                /** @description The attributes to be shown, as in SCIM. */
                readonly attributes?: string;
                /** @description The attributes to be left out, as in SCIM. */
                readonly excludedAttributes?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly userId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listDirectoryGroups: {
        readonly parameters: {
            readonly query?: {
                /** @description The id of a connector; without it all that the key sees. */
                readonly connector?: string;
                /** @description A tenant; without it all that the key sees. */
                readonly tenant?: string;
                /** @description As in SCIM (RFC 7644 §3.4.2.2). */
                readonly filter?: string;
                /** @description The `next` of the page before; without it the list begins. */
                readonly after?: string;
                /** @description How many items a page holds at most. */
                readonly limit?: number;
                /** @description The attributes to be shown, as in SCIM. */
                readonly attributes?: string;
                /** @description The attributes to be left out, as in SCIM. */
                readonly excludedAttributes?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DirectoryGroups"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getDirectoryGroup: {
        readonly parameters: {
            readonly query?: {
                /** @description The id of its connector; needed unless the key sees one connector alone. */
                readonly connector?: string;
                /** @description The attributes to be shown, as in SCIM. */
                readonly attributes?: string;
                /** @description The attributes to be left out, as in SCIM. */
                readonly excludedAttributes?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly groupId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Group"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listDirectoryMembers: {
        readonly parameters: {
            readonly query?: {
                /** @description The id of its connector; needed unless the key sees one connector alone. */
                readonly connector?: string;
                /** @description The `next` of the page before; without it the list begins. */
                readonly after?: string;
                /** @description How many items a page holds at most. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly groupId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DirectoryMembers"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getJwks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["KeySet"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
        };
    };
    readonly getOwnConnector: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OwnConnector"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listArrivals: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Arrivals"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listOwnTokens: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Tokens"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly createOwnToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewToken"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CreatedToken"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["UnprocessableContent"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly rotateOwnToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly tokenId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["TokenRotation"];
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RotatedToken"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getOwnBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OwnBridge"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly putOwnCredentials: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OwnCredentials"];
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OwnBridge"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["ContentTooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly checkOwnBridge: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BridgeCheck"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly listOwnEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description The first moment. */
                readonly from?: string;
                /** @description The moment before which it ends. */
                readonly to?: string;
                /** @description One status, or a class of them such as 4xx. */
                readonly status?: string;
                readonly method?: string;
                /** @description Words that the explanation or the warnings hold. */
                readonly explanation?: string;
                /** @description A text that the userName or the path holds. */
                readonly search?: string;
                /** @description An id, a userName or an externalId. */
                readonly user?: string;
                readonly resourceId?: string;
                /** @description The `nextCursor` of the page before; without it the list begins. */
                readonly cursor?: string;
                /** @description How many items a page holds. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OwnEvents"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
    readonly getOwnEvent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly eventId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OwnEvent"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalServerError"];
            readonly 503: components["responses"]["ServiceUnavailable"];
        };
    };
}
