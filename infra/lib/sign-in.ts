// The issuer of tokens: your own OpenID Connect provider, or a Cognito pool that the stack creates.
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as cognito from "aws-cdk-lib/aws-cognito";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { type App, APPS } from "./apps.ts";
import type { Config } from "./config.ts";

/** What functions, gateway and pages are configured with. */
export interface SignIn {
  readonly issuer: string;
  /** Audiences that the gateway's authoriser accepts; a token without an audience is accepted by its client id. */
  readonly audiences: readonly string[];
  /** OAuth clients whose tokens functions accept; empty for all. */
  readonly clientIds: readonly string[];
  /** The OAuth client of each application. */
  readonly clients: Readonly<Record<App, string>>;
  readonly scope: string;
  /** Origins that browsers connect to during sign-in. */
  readonly origins: readonly string[];
}

/** An issuer outside the stack. */
export function existingIssuer(config: Config): SignIn {
  return {
    issuer: config.issuer,
    audiences: [config.audience],
    clientIds: config.clientIds,
    clients: { portal: config.portalClientId, clinic: config.clinicClientId },
    scope: config.signInScope,
    origins: [new URL(config.issuer).origin],
  };
}

/** A user's group is their role; the function `add-claims` puts it into their tokens. */
const GROUPS = { patient: "Patients: each has the attribute patientId", clinician: "Staff", admin: "Administrators" };

/** A pool of invited users, with hosted sign-in pages and a second factor. */
export class Users extends Construct implements SignIn {
  readonly pool: cognito.UserPool;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly clientIds: readonly string[];
  readonly clients: Readonly<Record<App, string>>;
  readonly scope = "openid profile";
  readonly origins: readonly string[];

  constructor(scope: Construct, id: string, config: Config, addClaims: lambda.Function, originOf: (app: App) => string) {
    super(scope, id);
    const { account, region, stackName } = Stack.of(this);

    this.pool = new cognito.UserPool(this, "Pool", {
      userPoolName: stackName,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      standardAttributes: { email: { required: true, mutable: true }, fullname: { required: true, mutable: true } },
      customAttributes: { patientId: new cognito.StringAttribute({ minLen: 36, maxLen: 36, mutable: true }) },
      passwordPolicy: { minLength: 12, requireDigits: true, requireLowercase: true, requireUppercase: true, requireSymbols: true },
      mfa: cognito.Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      // The cheapest plan in which a function may add claims to access tokens.
      featurePlan: cognito.FeaturePlan.ESSENTIALS,
      deletionProtection: config.production,
      removalPolicy: config.production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.pool.addTrigger(cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, addClaims, cognito.LambdaVersion.V2_0);
    for (const [groupName, description] of Object.entries(GROUPS)) {
      new cognito.CfnUserPoolGroup(this, groupName, { userPoolId: this.pool.userPoolId, groupName, description });
    }

    // Unique in the whole region, across accounts: hence the account number.
    const domainPrefix = `portal-messaging-${config.stage}-${account}`;
    new cognito.CfnUserPoolDomain(this, "Domain", { userPoolId: this.pool.userPoolId, domain: domainPrefix });

    const client = (app: App) => this.client(app, originOf(app));
    this.clients = { portal: client("portal"), clinic: client("clinic") };
    this.clientIds = APPS.map((app) => this.clients[app]);
    // Cognito's access tokens have a client id and no audience.
    this.audiences = this.clientIds;
    const provider = `https://cognito-idp.${region}.amazonaws.com`;
    this.issuer = `${provider}/${this.pool.userPoolId}`;
    this.origins = [provider, `https://${domainPrefix}.auth.${region}.amazoncognito.com`];
  }

  /** A public client: PKCE protects the authorization code. */
  private client(app: App, origin: string): string {
    const client = new cognito.UserPoolClient(this, `${app}Client`, {
      userPool: this.pool,
      userPoolClientName: app,
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      // Sign-in on the hosted pages only; users may not change their patient id.
      authFlows: {},
      readAttributes: new cognito.ClientAttributes().withStandardAttributes({ email: true, fullname: true }),
      writeAttributes: new cognito.ClientAttributes().withStandardAttributes({ email: true, fullname: true }),
      supportedIdentityProviders: [cognito.UserPoolClientIdentityProvider.COGNITO],
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.PROFILE],
        callbackUrls: [`${origin}/callback`],
        logoutUrls: [`${origin}/`],
      },
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(12),
    });
    return client.userPoolClientId;
  }
}
