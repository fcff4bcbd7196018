// What a program with the AWS SDK for Go does with queues. Arguments: endpoint, access key, secret.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

func check(holds bool, what ...any) {
	if !holds {
		panic(fmt.Sprint(what...))
	}
}

func must[T any](value T, err error) T {
	check(err == nil, err)
	return value
}

func refused(code string, err error) {
	var refusal smithy.APIError
	check(errors.As(err, &refusal), code, " was expected, not ", err)
	check(refusal.ErrorCode() == code, refusal.ErrorCode())
}

func main() {
	ctx := context.Background()
	key, secret := os.Args[2], os.Args[3]
	client := sqs.New(sqs.Options{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(os.Args[1]),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}, nil
		}),
	})
	created := must(client.CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName:  aws.String("go"),
		Attributes: map[string]string{"VisibilityTimeout": "5"},
		Tags:       map[string]string{"a": "b"},
	}))
	url := created.QueueUrl
	_, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("nowhere")})
	var missing *types.QueueDoesNotExist
	check(errors.As(err, &missing), err)
	refused("AWS.SimpleQueueService.NonExistentQueue", err)
	fmt.Println("queues")

	body := "h\u00e9llo\r\n\t<\"&'> \U0001f600"
	sent := must(client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:    url,
		MessageBody: &body,
		MessageAttributes: map[string]types.MessageAttributeValue{
			"bytes": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255}},
			"text":  {DataType: aws.String("String"), StringValue: aws.String("\u00e4")},
		},
	}))
	receive := &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 5, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"}}
	messages := must(client.ReceiveMessage(ctx, receive)).Messages
	check(len(messages) == 1 && *messages[0].Body == body && *messages[0].MessageId == *sent.MessageId, messages)
	check(messages[0].MessageAttributes["bytes"].BinaryValue[1] == 255, messages)
	must(client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: messages[0].ReceiptHandle}))
	_, err = client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: aws.String("garbage")})
	refused("ReceiptHandleIsInvalid", err)
	_, err = client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("")})
	refused("MissingParameter", err)
	large := strings.Repeat("x", 1_048_576)
	must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url, MessageBody: &large}))
	check(*must(client.ReceiveMessage(ctx, receive)).Messages[0].Body == large)
	fmt.Println("messages")

	var entries []types.SendMessageBatchRequestEntry
	for n := range 10 {
		entries = append(entries, types.SendMessageBatchRequestEntry{
			Id: aws.String(fmt.Sprint("e", n)), MessageBody: aws.String(fmt.Sprint(n)),
			MessageGroupId: aws.String("g"), MessageDeduplicationId: aws.String(fmt.Sprint(n)),
		})
	}
	fifo := must(client.CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName: aws.String("go.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
	})).QueueUrl
	batch := must(client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: fifo, Entries: entries}))
	check(len(batch.Successful) == 10 && len(batch.Failed) == 0, batch)
	received := must(client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: fifo, MaxNumberOfMessages: 10})).Messages
	for n, message := range received {
		check(*message.Body == fmt.Sprint(n), n)
	}
	check(len(received) == 10, len(received))
	fmt.Println("batches")
	fmt.Println("done")
}
