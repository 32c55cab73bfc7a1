"""Recovery: replaying what the functions failed to process, and bringing back what a table lost.

Prints keys, causes and counts. Keys hold ids only; no item's content is printed or kept anywhere.
"""

import base64
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

import boto3
from botocore.exceptions import ClientError

# How long a message is out of others' sight while it is replayed, in seconds.
HIDDEN = 300
# Records of one invocation: a function has a minute for them.
BATCH = 25
# The stream's consumers; each is given what only its own event source mapping filters.
CONSUMERS = ("project-changes", "notify")


class NotReplayable(Exception):
    """Why a message can't be replayed. It stays in the queue."""


def outputs_of(stack_name: str) -> dict[str, str]:
    """The outputs of a deployed stack."""
    stacks = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}


# -- The failure queue --


def redrive(stack_name: str, mode: str) -> None:
    """Replays what is in the failure queue (`replay`), or only shows it (`list`); `everything` replays all conversations."""
    if mode == "everything":
        replay_everything(stack_name)
        return
    queue = Queue(outputs_of(stack_name)["StreamFailureQueueUrl"])
    outcomes: Counter[str] = Counter()
    try:
        for message in queue.messages():
            body = body_of(message)
            print(told(body))
            if mode == "list":
                outcomes["listed"] += 1
                continue
            try:
                invoke(*replay_of(stack_name, body))
            except NotReplayable as reason:
                print(f"  stays in the queue: {reason}")
                outcomes["left"] += 1
            else:
                # Only now: whoever stops this command in between replays it again, which changes nothing.
                queue.delete(message)
                outcomes["replayed"] += 1
    finally:
        queue.show_again()
    print(", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()) or "The failure queue is empty.")
    if mode == "replay" and (back := queue.count()) > outcomes["left"]:
        print(f"{back - outcomes['left']} came back: their cause has not been put right. `cargo xtask redrive --list` shows it.")
    if outcomes["left"]:
        sys.exit(1)


class Queue:
    """The failure queue. What it gives is hidden from others for a while."""

    def __init__(self, url: str) -> None:
        self.client = boto3.client("sqs")
        self.url = url
        self.held: dict[str, dict[str, Any]] = {}

    def messages(self) -> Iterator[dict[str, Any]]:
        """Each message that is in the queue now, once: all are taken before the first is given, so none that comes back is."""
        while batch := self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN, WaitTimeSeconds=1
        ).get("Messages"):
            self.held.update((message["MessageId"], message) for message in batch)
        yield from list(self.held.values())

    def delete(self, message: dict[str, Any]) -> None:
        """Forgets a message that was replayed."""
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        del self.held[message["MessageId"]]

    def show_again(self) -> None:
        """Gives what is left back to whoever looks next."""
        for message in self.held.values():
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )

    def count(self) -> int:
        """About how many messages there are."""
        name = "ApproximateNumberOfMessages"
        answer = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return int(answer["Attributes"][name])


def body_of(message: dict[str, Any]) -> dict[str, Any]:
    """What a message says; nothing, where it is none of Lambda's nor of ours."""
    try:
        body = json.loads(message["Body"])
    except json.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def told(body: dict[str, Any]) -> str:
    """A message in a line: which function, which item, why."""
    if "keys" in body:
        return f"{body['function']}  {' '.join(body['keys'] or ['no keys'])}  {body['cause']}"
    context = body.get("requestContext", {})
    function = context.get("functionArn", "?").split(":function:")[-1]
    batch = body.get("DDBStreamBatchInfo")
    what = f"{batch['batchSize']} records of the stream" if batch else "an event"
    return f"{function}  {what}  {context.get('condition', '?')}"


def replay_of(stack_name: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The function to call, and with what, to do again what a message tells of."""
    if "keys" in body:
        # Written by the function itself: it decides from the items as they stand, so their keys suffice.
        if not body["keys"]:
            raise NotReplayable("it names no item")
        return f"{stack_name}-{body['function']}", {"Records": [record_of(*body["keys"])]}
    function = body.get("requestContext", {}).get("functionArn")
    if not function:
        raise NotReplayable("it is no message of Lambda's nor of ours")
    if "DDBStreamBatchInfo" in body:
        return function, {"Records": list(stream_records(body["DDBStreamBatchInfo"]))}
    if "requestPayload" in body:
        return function, body["requestPayload"]
    raise NotReplayable("it tells neither records nor an event")


def record_of(pk: str, sk: str) -> dict[str, Any]:
    """A stream record with an item's keys alone: anything in it may have changed."""
    name = "REMOVE" if sk.startswith("ATT#") else "MODIFY" if sk == "ENC" else "INSERT"
    return {
        "eventID": f"redrive-{time.time_ns()}",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": boto3.session.Session().region_name,
        "eventSourceARN": "",
        "dynamodb": {
            "ApproximateCreationDateTime": int(time.time()),
            "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
            "SequenceNumber": str(time.time_ns()),
            "SizeBytes": 0,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def stream_records(batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records of a batch that Lambda gave up, read from the stream again, which keeps them for a day."""
    client = boto3.client("dynamodbstreams")
    first, last = int(batch["startSequenceNumber"]), int(batch["endSequenceNumber"])
    try:
        iterator = client.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        ).get("ShardIterator")
        while iterator:
            page = client.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                number = int(record["dynamodb"]["SequenceNumber"])
                if first <= number <= last:
                    yield json_of(record) | {"eventSourceARN": batch["streamArn"]}
                if number >= last:
                    return
            iterator = page.get("NextShardIterator") if page["Records"] else None
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("TrimmedDataAccessException", "ResourceNotFoundException"):
            raise
    raise NotReplayable("the stream has forgotten its records; `cargo xtask redrive --everything` does their work")


def json_of(value: Any) -> Any:
    """A value of boto3 as Lambda writes it in an event."""
    match value:
        case dict():
            return {name: json_of(inner) for name, inner in value.items()}
        case list():
            return [json_of(inner) for inner in value]
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return int(value.timestamp())
        case _:
            return value


def invoke(function: str, event: dict[str, Any]) -> None:
    """Calls a function and waits for its end; what it reports as failed is not done."""
    answer = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    payload = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise NotReplayable("the function fails again; its log says why")
    if isinstance(payload, dict) and payload.get("batchItemFailures"):
        raise NotReplayable("it fails for now, for a reason that passes: try again later")


def replay_everything(stack_name: str) -> None:
    """Gives every conversation and encounter to the stream's consumers, which bring about what is missing."""
    table = outputs_of(stack_name)["TableName"]
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(
        TableName=table,
        ProjectionExpression="pk, sk",
        FilterExpression="sk IN (:head, :encounter)",
        ExpressionAttributeValues={":head": {"S": "HEAD"}, ":encounter": {"S": "ENC"}},
    )
    items = ((item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"])
    done = failed = 0
    for batch in batches(items, BATCH):
        event = {"Records": [record_of(pk, sk) for pk, sk in batch]}
        for consumer in CONSUMERS:
            try:
                invoke(f"{stack_name}-{consumer}", event)
            except NotReplayable as reason:
                failed += 1
                print(f"{consumer}, from {batch[0][0]} on: {reason}")
        done += len(batch)
    print(f"{done} conversations and encounters replayed")
    if failed:
        sys.exit(1)


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Items in lists of at most that many."""
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


# -- The table at an earlier time --


def restore(stack_name: str, to: str) -> None:
    """Makes a table beside the stack's own, with what that one held at a time (RFC 3339, or `latest`)."""
    client = boto3.client("dynamodb")
    table = outputs_of(stack_name)["TableName"]
    if to == "latest":
        moment, when = datetime.now(timezone.utc), {"UseLatestRestorableTime": True}
    else:
        try:
            moment = datetime.fromisoformat(to)
        except ValueError:
            sys.exit(f"{to} is no time; write it as 2026-11-24T20:15:00Z")
        if moment.tzinfo is None:
            sys.exit(f"{to} has no time zone; write it as {to}Z for UTC")
        when = {"RestoreDateTime": moment}
    target = f"{table}-{moment.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"
    print(f"Restoring {table} to {target} ...", flush=True)
    client.restore_table_to_point_in_time(SourceTableName=table, TargetTableName=target, **when)
    while client.describe_table(TableName=target)["Table"]["TableStatus"] != "ACTIVE":
        time.sleep(5)
    print(f"It is there. What the stack's own table lost since comes back with:\n  cargo xtask put-back --from {target}")


def put_back(stack_name: str, source: str, mode: str, partition: str) -> None:
    """Writes what another table has and the stack's own has not; `count` only counts. A named partition is made as it was."""
    client = boto3.client("dynamodb")
    table = outputs_of(stack_name)["TableName"]
    missing: Counter[str] = Counter()
    differing: Counter[str] = Counter()
    # As many as one call reads.
    for batch in batches(items_of(client, source, partition), 100):
        known = present(client, table, batch)
        for item in batch:
            own = known.get(place_of(item))
            if own == item:
                continue
            (missing if own is None else differing)[kind_of(item)] += 1
            if mode == "count":
                continue
            if own is None:
                # Unless somebody has written it meanwhile: theirs is newer.
                put_if_new(client, table, item)
            elif partition:
                client.put_item(TableName=table, Item=item)
    counted = mode == "count"
    print(f"{missing.total()} items {'are missing' if counted else 'were missing and are back'}: {by_kind(missing)}")
    fate = "" if counted else " and are as they were" if partition else " and stay as they are"
    print(f"{differing.total()} items differ{fate}: {by_kind(differing)}")


def items_of(client: Any, table: str, partition: str) -> Iterator[dict[str, Any]]:
    """A table's items, or those of one partition, but for expired ones."""
    now = int(time.time())
    if partition:
        asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": partition}}}
        pages = client.get_paginator("query").paginate(TableName=table, ConsistentRead=True, **asked)
    else:
        pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            if "expiresAt" not in item or int(item["expiresAt"]["N"]) > now:
                yield item


def place_of(item: dict[str, Any]) -> tuple[str, str]:
    """An item's keys."""
    return item["pk"]["S"], item["sk"]["S"]


def present(client: Any, table: str, items: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """What a table has at the places of some items."""
    asked = {table: {"Keys": [{"pk": item["pk"], "sk": item["sk"]} for item in items], "ConsistentRead": True}}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    while asked:
        answer = client.batch_get_item(RequestItems=asked)
        found.update((place_of(item), item) for item in answer["Responses"].get(table, []))
        asked = answer.get("UnprocessedKeys")
    return found


def kind_of(item: dict[str, Any]) -> str:
    """What an item is, by what its keys begin with: ids are no kind."""
    kind = item["pk"]["S"].split("#")[0]
    return f"{kind} {item['sk']['S'].split('#')[0]}" if kind in ("CONV", "ENC") else kind


def put_if_new(client: Any, table: str, item: dict[str, Any]) -> None:
    """Puts an item unless there is one in its place, which is no error."""
    try:
        client.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def by_kind(counts: Counter[str]) -> str:
    """Counts by kind, the most frequent first."""
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common()) or "none"
