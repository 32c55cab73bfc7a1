// Removes resources of types that an emulator does not support; no other resource may refer to them.
import { CfnResource } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Removes every resource of some types below a construct. */
export function leaveOut(scope: IConstruct, types: readonly string[]): void {
  for (const construct of scope.node.findAll()) {
    if (CfnResource.isCfnResource(construct) && types.includes(construct.cfnResourceType)) {
      construct.node.scope?.node.tryRemoveChild(construct.node.id);
    }
  }
}
