// These packages carry no types of their own; what the contracts use of them is a handful of calls.
declare module "express4";
declare module "oidc-provider";
