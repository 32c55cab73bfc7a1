"""What xtask asks of AWS itself, run with the boto3 of its Python tools. Each command is one line of `COMMANDS`."""

import json
import os
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from recovery import outputs_of, put_back, redrive, restore


def asset_bucket(may_create: str) -> None:
    """The bucket that CDK uploads to: made on an emulator, expected on AWS."""
    account = boto3.client("sts").get_caller_identity()["Account"]
    region = boto3.session.Session().region_name
    if not region:
        sys.exit("no region is configured; set AWS_REGION")
    name = f"cdk-hnb659fds-assets-{account}-{region}"
    s3 = boto3.client("s3")
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket", "NotFound"):
            raise
        if may_create != "true":
            sys.exit(
                f"account {account} is not prepared for CDK in {region}; run once:\n"
                f"  infra/node_modules/.bin/cdk bootstrap aws://{account}/{region}"
            )
        s3.create_bucket(Bucket=name)


def cors(api_id: str, template: str) -> None:
    """Gives an emulated API the CORS settings of its template, which MiniStack 1.5 stores in a form it does not read."""
    with open(template, encoding="utf-8") as file:
        resources = json.load(file)["Resources"].values()
    settings = next(
        (
            resource["Properties"]["CorsConfiguration"]
            for resource in resources
            if resource["Type"] == "AWS::ApiGatewayV2::Api" and "CorsConfiguration" in resource["Properties"]
        ),
        None,
    )
    if settings:
        boto3.client("apigatewayv2").update_api(ApiId=api_id, CorsConfiguration=settings)


def logs(stack_name: str, function: str, since_seconds: str, follow: str) -> None:
    """Prints a function's log events, oldest first; with follow, until stopped."""
    client = boto3.client("logs")
    prefix = f"/aws/lambda/{stack_name}-"
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
    known = sorted(group["logGroupName"].removeprefix(prefix) for page in pages for group in page["logGroups"])
    if function not in known:
        sys.exit(f'{stack_name} has no function "{function}"; it has:\n  ' + "\n  ".join(known or ["none"]))
    start = int((time.time() - int(since_seconds)) * 1000)
    seen: set[tuple[str, int, str]] = set()
    while True:
        events = (
            event
            for page in client.get_paginator("filter_log_events").paginate(logGroupName=prefix + function, startTime=start)
            for event in page["events"]
        )
        for event in sorted(events, key=lambda event: event["timestamp"]):
            # Not by `eventId`: emulators give none.
            key = (event.get("logStreamName", ""), event["timestamp"], event["message"])
            if key not in seen:
                seen.add(key)
                print(event["message"].rstrip("\n"), flush=True)
        if follow != "true":
            return
        time.sleep(1)


def on_table(stack_name: str, program: str) -> None:
    """Becomes a program that works on a stack's table, with the credentials that boto3 finds in the environment."""
    session = boto3.session.Session()
    outputs = outputs_of(stack_name)
    credentials = session.get_credentials().get_frozen_credentials()
    environment = os.environ | {
        "TABLE_NAME": outputs["TableName"],
        "AWS_REGION": session.region_name,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_SESSION_TOKEN": credentials.token or "",
    }
    os.execve(program, [program], environment)


COMMANDS = {
    "asset-bucket": asset_bucket,
    "cors": cors,
    "logs": logs,
    "on-table": on_table,
    "put-back": put_back,
    "redrive": redrive,
    "restore": restore,
}

if __name__ == "__main__":
    if region := os.environ.get("AWS_REGION"):
        # boto3 reads only the other name; the CLI of CDK reads both.
        os.environ.setdefault("AWS_DEFAULT_REGION", region)
    try:
        COMMANDS[sys.argv[1]](*sys.argv[2:])
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"AWS: {error}")
    except KeyboardInterrupt:
        pass
