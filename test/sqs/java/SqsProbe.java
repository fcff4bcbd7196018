import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.*;

/** What a program with the AWS SDK for Java does with queues. The SDK checks the digests itself. Arguments: endpoint, access key, secret. */
public class SqsProbe {
  static SqsClient sqs;

  static void check(boolean holds, Object what) {
    if (!holds) throw new AssertionError(String.valueOf(what));
  }

  static void refused(Class<? extends SqsException> kind, String code, Runnable call) {
    try {
      call.run();
    } catch (SqsException error) {
      check(kind.isInstance(error), error.getClass());
      check(code.equals(error.awsErrorDetails().errorCode()), error.awsErrorDetails());
      return;
    }
    throw new AssertionError(code + " was expected");
  }

  public static void main(String[] arguments) throws Exception {
    URI endpoint = URI.create(arguments[0]);
    var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create(arguments[1], arguments[2]));
    sqs = SqsClient.builder().endpointOverride(endpoint).region(Region.EU_WEST_1).credentialsProvider(credentials)
        .httpClient(UrlConnectionHttpClient.create()).build();
    queues();
    System.out.println("queues");
    messages();
    System.out.println("messages");
    try (var async = SqsAsyncClient.builder().endpointOverride(endpoint).region(Region.EU_WEST_1)
        .credentialsProvider(credentials).build()) {
      batchManager(async);
    }
    System.out.println("batch manager");
    fifo();
    System.out.println("FIFO");
    System.out.println("done");
  }

  static void queues() {
    var attributes = Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "5");
    String url = sqs.createQueue(q -> q.queueName("java").attributes(attributes).tags(Map.of("a", "b"))).queueUrl();
    check(url.equals(sqs.getQueueUrl(q -> q.queueName("java")).queueUrl()), url);
    refused(QueueNameExistsException.class, "QueueAlreadyExists", () -> sqs.createQueue(
        q -> q.queueName("java").attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "6"))));
    refused(QueueDoesNotExistException.class, "AWS.SimpleQueueService.NonExistentQueue",
        () -> sqs.getQueueUrl(q -> q.queueName("nowhere")));
    check(Map.of("a", "b").equals(sqs.listQueueTags(q -> q.queueUrl(url)).tags()), "tags");
    var all = sqs.getQueueAttributes(q -> q.queueUrl(url).attributeNames(QueueAttributeName.ALL)).attributes();
    check("arn:aws:sqs:eu-west-1:000000000000:java".equals(all.get(QueueAttributeName.QUEUE_ARN)), all);
    IntStream.range(0, 5).forEach(n -> sqs.createQueue(q -> q.queueName("java-page-" + n)));
    var pages = sqs.listQueuesPaginator(q -> q.queueNamePrefix("java-page-").maxResults(2));
    check(pages.queueUrls().stream().count() == 5, "pages");
  }

  static void messages() {
    String url = sqs.getQueueUrl(q -> q.queueName("java")).queueUrl();
    String body = "h\u00e9llo\r\n\t<\"&'> \ud83d\ude00";
    var values = Map.of(
        "text", MessageAttributeValue.builder().dataType("String").stringValue("\u00e4").build(),
        "number", MessageAttributeValue.builder().dataType("Number.int").stringValue("7").build(),
        "bytes", MessageAttributeValue.builder().dataType("Binary")
            .binaryValue(SdkBytes.fromByteArray(new byte[] {0, (byte) 255})).build());
    String id = sqs.sendMessage(m -> m.queueUrl(url).messageBody(body).messageAttributes(values)).messageId();
    var message = sqs.receiveMessage(r -> r.queueUrl(url).waitTimeSeconds(5).messageAttributeNames("All")
        .messageSystemAttributeNames(MessageSystemAttributeName.ALL)).messages().get(0);
    check(message.body().equals(body) && message.messageId().equals(id), message);
    check(message.messageAttributes().equals(values), message);
    check("1".equals(message.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT)), message);
    sqs.changeMessageVisibility(c -> c.queueUrl(url).receiptHandle(message.receiptHandle()).visibilityTimeout(0));
    var again = sqs.receiveMessage(r -> r.queueUrl(url)).messages().get(0);
    sqs.deleteMessage(d -> d.queueUrl(url).receiptHandle(again.receiptHandle()));
    check(!sqs.receiveMessage(r -> r.queueUrl(url)).hasMessages(), "empty");
    refused(ReceiptHandleIsInvalidException.class, "ReceiptHandleIsInvalid",
        () -> sqs.deleteMessage(d -> d.queueUrl(url).receiptHandle("garbage")));
    refused(SqsException.class, "InvalidParameterValue",
        () -> sqs.receiveMessage(r -> r.queueUrl(url).maxNumberOfMessages(11)));
    refused(EmptyBatchRequestException.class, "AWS.SimpleQueueService.EmptyBatchRequest",
        () -> sqs.sendMessageBatch(b -> b.queueUrl(url).entries(List.of())));
    String large = "x".repeat(1_048_576);
    sqs.sendMessage(m -> m.queueUrl(url).messageBody(large));
    var received = sqs.receiveMessage(r -> r.queueUrl(url)).messages().get(0);
    check(received.body().equals(large), received.body().length());
    sqs.deleteMessage(d -> d.queueUrl(url).receiptHandle(received.receiptHandle()));
  }

  static void batchManager(SqsAsyncClient async) throws Exception {
    String url = sqs.createQueue(q -> q.queueName("java-batches")).queueUrl();
    try (SqsAsyncBatchManager manager = async.batchManager()) {
      var sent = IntStream.range(0, 57)
          .mapToObj(n -> manager.sendMessage(m -> m.queueUrl(url).messageBody("m" + n))).toList();
      for (var each : sent) each.get(20, TimeUnit.SECONDS);
      int received = 0;
      while (received < 57) {
        var messages = manager.receiveMessage(r -> r.queueUrl(url)).get(20, TimeUnit.SECONDS).messages();
        for (var message : messages) {
          manager.deleteMessage(d -> d.queueUrl(url).receiptHandle(message.receiptHandle())).get(20, TimeUnit.SECONDS);
        }
        received += messages.size();
      }
      check(received == 57, received);
    }
  }

  static void fifo() {
    String url = sqs.createQueue(q -> q.queueName("java.fifo").attributes(Map.of(
        QueueAttributeName.FIFO_QUEUE, "true", QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true"))).queueUrl();
    var first = sqs.sendMessage(m -> m.queueUrl(url).messageBody("x").messageGroupId("g"));
    var second = sqs.sendMessage(m -> m.queueUrl(url).messageBody("x").messageGroupId("g"));
    check(first.messageId().equals(second.messageId()) && first.sequenceNumber().equals(second.sequenceNumber()), second);
    check(sqs.receiveMessage(r -> r.queueUrl(url).maxNumberOfMessages(10)).messages().size() == 1, "one");
  }
}
