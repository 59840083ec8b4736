// The Lambda function of the template, in Python as it is deployed: inline, so it lands in
// index.py. Its event says everything about the table (partition-event.ts), so one function
// serves all tables of a template.
//
// AWS: names and values come as text, since CloudFormation hands over numbers and flags as text.

/** index.py. No backslash and no `${` may stand in it. */
export const PARTITION_LOADER = `"""Adds partitions to the Athena table of a VPC flow log.

Called by CloudFormation when the stack is created or updated, and by a schedule. The event (for
CloudFormation its ResourceProperties) has: Database, Table (quoted, with its database),
WorkGroup, Location, Path, Partition (both with {year}, {month}, {day} and {hour}), Step (day or
hour), Frequency (none, daily, weekly or monthly), Start and End (2026-11-20T13, UTC, or empty).
"""
import datetime
import time

import boto3
import cfnresponse

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
PARTITIONS_MAX = 500
STATEMENT_BYTES_MAX = 200_000  # Athena takes 262,144.
MILLISECONDS_TO_ANSWER = 20_000

athena = boto3.client("athena")


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


def handler(event, context):
    if "RequestType" not in event:
        return load(event, False, context)
    table = event["ResourceProperties"]
    status, reason = cfnresponse.SUCCESS, None
    try:
        # Partitions go with their table: there is nothing to delete.
        if event["RequestType"] != "Delete":
            load(table, True, context)
    except Exception as fault:
        print(fault)
        status, reason = cfnresponse.FAILED, str(fault)
    cfnresponse.send(event, context, status, {}, table["Table"], reason=reason)


def load(table, is_creation, context):
    first, last = hours_wanted(table, is_creation, utc_now())
    clauses = [clause(table, moment) for moment in moments(table["Step"], first, last)]
    if not clauses:
        return
    # Every clause is as long as the others: digits are padded.
    clause_bytes = len(clauses[0].encode()) + 1
    count = min(PARTITIONS_MAX, STATEMENT_BYTES_MAX // clause_bytes)
    for start in range(0, len(clauses), count):
        partitions = " ".join(clauses[start : start + count])
        execute(f"ALTER TABLE {table['Table']} ADD IF NOT EXISTS {partitions}", table, context)


def hours_wanted(table, is_creation, now):
    """First and last hour of which partitions are to be there."""
    start, end = parse_hour(table["Start"]), parse_hour(table["End"])
    if table["Frequency"] == "none":
        return start, end
    first, last = period(table["Frequency"], now.replace(minute=0, second=0, microsecond=0))
    if start and (is_creation or start > first):
        first = start
    if end and end < last:
        last = end
    return first, last


def period(frequency, now):
    """First and last hour of the day, week (from Monday) or month that is now."""
    first = now.replace(hour=0)
    after = first + DAY
    if frequency == "weekly":
        first -= DAY * first.weekday()
        after = first + 7 * DAY
    if frequency == "monthly":
        first = first.replace(day=1)
        after = (first + 31 * DAY).replace(day=1)
    return first, after - HOUR


def moments(step, first, last):
    moment, interval = (first, HOUR) if step == "hour" else (first.replace(hour=0), DAY)
    while moment <= last:
        yield moment
        moment += interval


def clause(table, moment):
    digits = {
        "year": f"{moment:%Y}",
        "month": f"{moment:%m}",
        "day": f"{moment:%d}",
        "hour": f"{moment:%H}",
    }
    location = table["Location"] + table["Path"].format(**digits)
    return f"PARTITION ({table['Partition'].format(**digits)}) LOCATION '{location}'"


def execute(statement, table, context):
    execution = athena.start_query_execution(
        QueryString=statement,
        QueryExecutionContext={"Database": table["Database"]},
        WorkGroup=table["WorkGroup"],
    )["QueryExecutionId"]
    while True:
        answer = athena.get_query_execution(QueryExecutionId=execution)
        status = answer["QueryExecution"]["Status"]
        if status["State"] == "SUCCEEDED":
            return
        if status["State"] in ("FAILED", "CANCELLED"):
            reason = status.get("StateChangeReason", status["State"])
            raise RuntimeError(f"Cannot add partitions to {table['Table']}: {reason}")
        if context.get_remaining_time_in_millis() < MILLISECONDS_TO_ANSWER:
            raise RuntimeError(f"Out of time for {table['Table']}: shorten the range of dates")
        time.sleep(1)


def parse_hour(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H") if text else None
`;
