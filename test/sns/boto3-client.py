"""What a program with boto3 does with a topic. Prints `done` at the end; any exception is a failure. Argument: the endpoint."""

import base64
import json
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import boto3
from botocore.exceptions import ClientError

options = {
    "endpoint_url": sys.argv[1],
    "region_name": "eu-west-1",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
}
sns = boto3.client("sns", **options)
sqs = boto3.client("sqs", **options)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error.response
    raise AssertionError(f"{code} was expected")


topic = sns.create_topic(Name="python", Attributes={"DisplayName": "P"}, Tags=[{"Key": "a", "Value": "b"}])["TopicArn"]
assert topic == "arn:aws:sns:eu-west-1:000000000000:python", topic
assert sns.create_topic(Name="python")["TopicArn"] == topic
refused("InvalidParameter", sns.create_topic, Name="python", Attributes={"DisplayName": "Q"})
assert topic in [each["TopicArn"] for each in sns.list_topics()["Topics"]]
assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == "P"
sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "b"}]
response = refused("NotFound", sns.get_topic_attributes, TopicArn=topic + "x")
assert response["ResponseMetadata"]["HTTPStatusCode"] == 404
assert response["Error"]["Message"] == "Topic does not exist"


def queue_of(name, **attributes):
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return url, subscription["SubscriptionArn"]


def receive(url):
    messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MessageAttributeNames=["All"])["Messages"]
    assert len(messages) == 1
    sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return messages[0]


wrapped, subscription = queue_of("python-wrapped")
raw, _ = queue_of("python-raw", RawMessageDelivery="true", FilterPolicy=json.dumps({"n": [{"numeric": [">", 5]}]}))
attributes = {
    "s": {"DataType": "String", "StringValue": "é"},
    "n": {"DataType": "Number", "StringValue": "7"},
    "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
}
sent = sns.publish(TopicArn=topic, Message="hello é\r\n", Subject="S", MessageAttributes=attributes)
notification = json.loads(receive(wrapped)["Body"])
assert notification["MessageId"] == sent["MessageId"]
assert notification["Message"] == "hello é\r\n"
assert notification["SignatureVersion"] == "2"
assert base64.b64decode(notification["MessageAttributes"]["b"]["Value"]) == b"\x00\xff"
bare = receive(raw)
assert bare["Body"] == "hello é\r\n"
assert bare["MessageAttributes"] == attributes
entries = [{"Id": str(i), "Message": str(i)} for i in range(10)]
assert len(sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)["Successful"]) == 10
entries.append({"Id": "10", "Message": "10"})
refused("TooManyEntriesInBatchRequest", sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries)

sns.set_subscription_attributes(
    SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=json.dumps({"s": ["é"]})
)
shown = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
assert json.loads(shown["FilterPolicy"]) == {"s": ["é"]}
assert shown["FilterPolicyScope"] == "MessageAttributes"
pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
assert len([each for page in pages for each in page["Subscriptions"]]) == 2

posts = Queue()


class Endpoint(BaseHTTPRequestHandler):
    def do_POST(self):
        posts.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
pending = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
assert pending["SubscriptionArn"] == "pending confirmation"
question = posts.get(timeout=10)
confirmed = sns.confirm_subscription(TopicArn=topic, Token=question["Token"])["SubscriptionArn"]
sns.publish(TopicArn=topic, Message="posted")
assert posts.get(timeout=10)["Message"] == "posted"
sns.unsubscribe(SubscriptionArn=confirmed)
assert posts.get(timeout=10)["Type"] == "UnsubscribeConfirmation"
server.shutdown()

with urllib.request.urlopen(notification["UnsubscribeURL"]) as answer:
    assert answer.status == 200
refused("NotFound", sns.get_subscription_attributes, SubscriptionArn=subscription)
sns.delete_topic(TopicArn=topic)
print("done")
