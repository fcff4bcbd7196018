import io.awspring.cloud.sqs.config.SqsMessageListenerContainerFactory;
import io.awspring.cloud.sqs.listener.acknowledgement.handler.AcknowledgementMode;
import io.awspring.cloud.sqs.operations.SqsTemplate;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.springframework.messaging.support.MessageBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What Spring Cloud AWS does with queues: templates and listener containers. Arguments: endpoint, access key, secret. */
public class SpringProbe {
  static void check(boolean holds, Object what) {
    if (!holds) throw new AssertionError(String.valueOf(what));
  }

  static void await(java.util.function.BooleanSupplier holds, Object what) throws InterruptedException {
    for (int tries = 0; tries < 300 && !holds.getAsBoolean(); tries++) Thread.sleep(100);
    check(holds.getAsBoolean(), what);
  }

  public record Order(String id, int count) {}

  public static void main(String[] arguments) throws Exception {
    var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create(arguments[1], arguments[2]));
    try (var sqs = SqsAsyncClient.builder().endpointOverride(URI.create(arguments[0])).region(Region.US_EAST_1)
        .credentialsProvider(credentials).build()) {
      var template = SqsTemplate.builder().sqsAsyncClient(sqs).build();
      // The template creates a queue that is not there.
      template.send(to -> to.queue("spring").payload(new Order("a", 1)).header("kind", "new"));
      var received = template.receive(from -> from.queue("spring").pollTimeout(Duration.ofSeconds(5)), Order.class);
      check(received.isPresent() && received.get().getPayload().equals(new Order("a", 1)), received);
      check("new".equals(received.get().getHeaders().get("kind")), received);
      System.out.println("template");

      var payloads = new ConcurrentLinkedQueue<Order>();
      var factory = SqsMessageListenerContainerFactory.<Order>builder().sqsAsyncClient(sqs)
          .configure(options -> options.acknowledgementMode(AcknowledgementMode.ON_SUCCESS)
              .pollTimeout(Duration.ofSeconds(2)))
          .messageListener(message -> payloads.add(message.getPayload())).build();
      var container = factory.createContainer("spring");
      container.start();
      for (int first = 0; first < 25; first += 5) {
        template.sendMany("spring", IntStream.range(first, first + 5)
            .mapToObj(n -> MessageBuilder.withPayload(new Order("n" + n, n)).build()).toList());
      }
      await(() -> payloads.size() >= 25, payloads);
      container.stop();
      check(payloads.stream().distinct().count() == 25, payloads);
      System.out.println("listener");

      var dead = sqs.createQueue(q -> q.queueName("spring-dead")).get().queueUrl();
      var arn = sqs.getQueueAttributes(q -> q.queueUrl(dead).attributeNames(QueueAttributeName.QUEUE_ARN)).get()
          .attributes().get(QueueAttributeName.QUEUE_ARN);
      sqs.createQueue(q -> q.queueName("spring-failing").attributes(java.util.Map.of(
          QueueAttributeName.VISIBILITY_TIMEOUT, "1",
          QueueAttributeName.REDRIVE_POLICY, "{\"deadLetterTargetArn\":\"" + arn + "\",\"maxReceiveCount\":\"2\"}"))).get();
      var tries = new AtomicInteger();
      var failing = SqsMessageListenerContainerFactory.<String>builder().sqsAsyncClient(sqs)
          .configure(options -> options.pollTimeout(Duration.ofSeconds(2)))
          .messageListener(message -> {
            tries.incrementAndGet();
            throw new IllegalStateException("as it should be");
          }).build().createContainer("spring-failing");
      failing.start();
      template.send("spring-failing", "hopeless");
      var dropped = template.receive(from -> from.queue("spring-dead").pollTimeout(Duration.ofSeconds(20)), String.class);
      failing.stop();
      check(dropped.isPresent() && tries.get() == 2, tries);
      System.out.println("dead letters");

      var fifoOrder = new ConcurrentLinkedQueue<String>();
      sqs.createQueue(q -> q.queueName("spring.fifo").attributes(java.util.Map.of(
          QueueAttributeName.FIFO_QUEUE, "true", QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true"))).get();
      var fifo = SqsMessageListenerContainerFactory.<String>builder().sqsAsyncClient(sqs)
          .configure(options -> options.pollTimeout(Duration.ofSeconds(2)))
          .messageListener(message -> fifoOrder.add(message.getPayload())).build().createContainer("spring.fifo");
      fifo.start();
      for (int n = 0; n < 12; n++) {
        int number = n;
        template.send(to -> to.queue("spring.fifo").payload("m" + number).messageGroupId("g"));
      }
      await(() -> fifoOrder.size() >= 12, fifoOrder);
      fifo.stop();
      check(List.copyOf(fifoOrder).equals(IntStream.range(0, 12).mapToObj(n -> "m" + n).toList()), fifoOrder);
      System.out.println("FIFO");
    }
    System.out.println("done");
    System.exit(0);
  }
}
