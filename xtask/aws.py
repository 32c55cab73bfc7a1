"""What xtask asks of AWS itself, run with the boto3 of its Python tools. Each command is one line of `COMMANDS`."""

import io
import json
import os
import pathlib
import sys
import time
import zipfile

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from recovery import outputs_of, put_back, redrive, restore


def asset_bucket(may_create: str, region: str) -> None:
    """The bucket that CDK uploads to in a region, by default the configured one: made on an emulator, expected on AWS."""
    account = boto3.client("sts").get_caller_identity()["Account"]
    region = region or boto3.session.Session().region_name
    if not region:
        sys.exit("no region is configured; set AWS_REGION")
    name = f"cdk-hnb659fds-assets-{account}-{region}"
    s3 = boto3.client("s3", region_name=region)
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


CONTENT_TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


def publish(folder: str, bucket: str, app: str, config: str, distribution_id: str) -> None:
    """Uploads an application's files, then its start page, and lets CloudFront forget what it kept of the former one.

    Files of earlier builds stay: whoever has a page of those open still loads its parts.
    """
    s3 = boto3.client("s3")

    def put(name: str, body: bytes, cache_control: str) -> None:
        content_type = CONTENT_TYPES[os.path.splitext(name)[1]]
        s3.put_object(Bucket=bucket, Key=f"{app}/{name}", Body=body, ContentType=content_type, CacheControl=cache_control)

    root = pathlib.Path(folder)
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    # The start page last: it names files that are there by then.
    put("config.json", config.encode(), "no-store")
    for name in sorted(names, key=lambda name: name == "index.html"):
        # Under assets/ a file's name holds a hash of its content.
        immutable = name.startswith("assets/")
        put(name, (root / name).read_bytes(), "public, max-age=31536000, immutable" if immutable else "no-cache")
    boto3.client("cloudfront").create_invalidation(
        DistributionId=distribution_id,
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())},
    )


# What must outlive a production stack.
DATA = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SecretsManager::Secret")


def destroy(stack_name: str, production: str) -> None:
    """Deletes a stack and the one of its firewall; of production, only if its data is sure to stay."""
    formation = boto3.client("cloudformation")
    try:
        stack = formation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            sys.exit(f"there is no stack {stack_name}")
        raise
    template = formation.get_template(StackName=stack_name, TemplateStage="Original")["TemplateBody"]
    resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    data = {name: resource for name, resource in resources.items() if resource["Type"] in DATA}
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    pages = outputs.get("PagesBucketName")

    def kept(resource: dict) -> bool:
        return resource.get("DeletionPolicy") == "Retain"

    is_production = any(kept(resource) for resource in data.values() if resource["Type"] == "AWS::DynamoDB::Table")
    if is_production and production != "true":
        sys.exit(f"{stack_name} is for real patients: --production says that you mean it. Its table and images stay in any case.")
    if is_production:
        # The built pages are the one bucket without data.
        lost = [name for name, resource in data.items() if not kept(resource) and not name.startswith("PagesFiles")]
        if lost:
            sys.exit(f"{stack_name} would take data with it ({', '.join(lost)}); nothing was removed")
    if is_production:
        formation.update_termination_protection(StackName=stack_name, EnableTerminationProtection=False)
    # A bucket with something in it can't be deleted.
    s3 = boto3.resource("s3")
    for bucket in [pages] if is_production else [pages, outputs["BucketName"]]:
        if bucket:
            s3.Bucket(bucket).objects.all().delete()
    delete_stack(formation, stack_name)
    edge = boto3.client("cloudformation", region_name="us-east-1")
    if is_production and pages:
        delete_stack(edge, f"{stack_name}-edge")
    if is_production:
        print(f"Kept: {outputs['TableName']}, {outputs['BucketName']}, the failure queue, the key, the secrets and the logs")


def delete_stack(formation, name: str) -> None:
    """Deletes a stack and waits for its end."""
    formation.delete_stack(StackName=name)
    try:
        formation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 5, "MaxAttempts": 360})
    except WaiterError as error:
        sys.exit(f"{name} could not be removed completely: {error}")
    print(f"Removed {name}")


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


def function_environment(stack_name: str) -> None:
    """Prints the variables of a stack's functions as one JSON object; where several have one, it is the same."""
    client = boto3.client("lambda")
    pages = client.get_paginator("list_functions").paginate()
    functions = [one for page in pages for one in page["Functions"] if one["FunctionName"].startswith(f"{stack_name}-")]
    told: dict[str, str] = {}
    for function in functions:
        for name, value in function.get("Environment", {}).get("Variables", {}).items():
            if told.setdefault(name, value) != value:
                sys.exit(f"{function['FunctionName']} is told another {name} than the others")
    print(json.dumps(told))


def update_functions(stack_name: str, archives: str, *functions: str) -> None:
    """Gives functions the programs that were built for them, one archive each."""
    client = boto3.client("lambda")
    for function in functions:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            program = zipfile.ZipInfo("bootstrap")
            program.external_attr = 0o755 << 16
            program.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(program, (pathlib.Path(archives) / function / "bootstrap").read_bytes())
        name = f"{stack_name}-{function}"
        client.update_function_code(FunctionName=name, ZipFile=archive.getvalue())
        client.get_waiter("function_updated_v2").wait(FunctionName=name)


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
    "destroy": destroy,
    "asset-bucket": asset_bucket,
    "cors": cors,
    "function-environment": function_environment,
    "logs": logs,
    "on-table": on_table,
    "publish": publish,
    "put-back": put_back,
    "redrive": redrive,
    "restore": restore,
    "update-functions": update_functions,
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
