"""What a program with boto3 does with a queue. Prints one line per step; any exception is a failure. Arguments: endpoint, access key, secret."""

import sys
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

sqs = boto3.client(
    "sqs",
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id=sys.argv[2],
    aws_secret_access_key=sys.argv[3],
)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error.response
    raise AssertionError(f"{code} was expected")


url = sqs.create_queue(QueueName="python", Attributes={"VisibilityTimeout": "5"}, tags={"a": "b"})["QueueUrl"]
assert sqs.create_queue(QueueName="python", Attributes={"VisibilityTimeout": "5"})["QueueUrl"] == url
refused("QueueAlreadyExists", sqs.create_queue, QueueName="python", Attributes={"VisibilityTimeout": "6"})
assert sqs.get_queue_url(QueueName="python")["QueueUrl"] == url
assert url in sqs.list_queues(QueueNamePrefix="pyth")["QueueUrls"]
assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "b"}
refused("AWS.SimpleQueueService.NonExistentQueue", sqs.get_queue_url, QueueName="nowhere")
attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
assert attributes["QueueArn"] == "arn:aws:sqs:eu-west-1:000000000000:python", attributes
print("queues")

# boto3 checks the digests of body and attributes itself, in both directions.
body = "h\u00e9llo\r\n\t<\"&'> \U0001f600"
sent = sqs.send_message(
    QueueUrl=url,
    MessageBody=body,
    MessageAttributes={
        "text": {"DataType": "String", "StringValue": "\u00e4"},
        "number": {"DataType": "Number.int", "StringValue": "7"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    },
    MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2"}},
)
(message,) = sqs.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"], WaitTimeSeconds=5)[
    "Messages"
]
assert message["Body"] == body and message["MessageId"] == sent["MessageId"], message
assert message["MessageAttributes"]["bytes"]["BinaryValue"] == b"\x00\xff", message
assert message["Attributes"]["AWSTraceHeader"] == "Root=1-2", message
assert message["Attributes"]["ApproximateReceiveCount"] == "1", message
assert "Messages" not in sqs.receive_message(QueueUrl=url)
sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
(again,) = sqs.receive_message(QueueUrl=url)["Messages"]
sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
refused("ReceiptHandleIsInvalid", sqs.delete_message, QueueUrl=url, ReceiptHandle="garbage")
refused("MissingParameter", sqs.send_message, QueueUrl=url, MessageBody="")
refused("InvalidParameterValue", sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11)
print("messages")

entries = [{"Id": f"e{i}", "MessageBody": f"body {i}", "DelaySeconds": 0} for i in range(10)]
result = sqs.send_message_batch(QueueUrl=url, Entries=entries)
assert len(result["Successful"]) == 10 and not result.get("Failed"), result
refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", sqs.send_message_batch, QueueUrl=url, Entries=entries[:1] * 2)
messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
result = sqs.delete_message_batch(
    QueueUrl=url,
    Entries=[{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)],
)
assert len(result["Successful"]) == 10 and not result.get("Failed"), result
print("batches")

fifo = sqs.create_queue(
    QueueName="python.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
)["QueueUrl"]
first = sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")
second = sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")
assert first["MessageId"] == second["MessageId"] and first["SequenceNumber"] == second["SequenceNumber"]
(message,) = sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=10)["Messages"]
sqs.purge_queue(QueueUrl=fifo)
print("FIFO")

# A presigned URL is used by somebody who has no key, and the request is checked all the same.
def fetched(address):
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


presigned = sqs.generate_presigned_url("get_queue_url", Params={"QueueName": "python"}, HttpMethod="GET")
if "Action=" in presigned:  # newer ones sign a JSON request, which nobody can send as a URL
    assert fetched(presigned) == 200
    assert fetched(presigned.replace("python", "other")) == 403
print("presigned")

for each in (url, fifo):
    sqs.delete_queue(QueueUrl=each)
refused("AWS.SimpleQueueService.NonExistentQueue", sqs.send_message, QueueUrl=url, MessageBody="x")
print("done")
