import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.amqp.AmqpRejectAndDontRequeueException;
import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.core.TopicExchange;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.adapter.MessageListenerAdapter;

/** What a Spring application does with RabbitMQ. Prints one line of JSON. */
public class SpringTask {
  static final int LIMIT_SECONDS = 20;

  public static void main(String[] args) throws Exception {
    CachingConnectionFactory connections = new CachingConnectionFactory();
    connections.setUri(System.getenv("AMQP_URL"));
    connections.setPublisherConfirmType(CachingConnectionFactory.ConfirmType.CORRELATED);
    connections.setPublisherReturns(true);
    RabbitAdmin admin = new RabbitAdmin(connections);
    RabbitTemplate template = new RabbitTemplate(connections);
    template.setMandatory(true);
    template.setReplyTimeout(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));

    TopicExchange exchange = new TopicExchange("spring");
    Queue dead = QueueBuilder.durable("spring.dead").build();
    Queue orders = QueueBuilder.durable("spring.orders").quorum().deadLetterExchange("")
        .deadLetterRoutingKey("spring.dead").build();
    Queue requests = new Queue("spring.requests");
    admin.declareExchange(exchange);
    for (Queue queue : List.of(dead, orders, requests)) admin.declareQueue(queue);
    Binding binding = BindingBuilder.bind(orders).to(exchange).with("orders.#");
    admin.declareBinding(binding);

    CorrelationData confirmed = new CorrelationData("confirmed");
    CorrelationData returned = new CorrelationData("returned");
    template.convertAndSend("spring", "orders.new", "good", confirmed);
    template.convertAndSend("spring", "orders.new", "bad", new CorrelationData("bad"));
    template.convertAndSend("spring", "elsewhere", "lost", returned);
    boolean acked = confirmed.getFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS).isAck();
    boolean lostAcked = returned.getFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS).isAck();
    int returnCode = returned.getReturned().getReplyCode();

    CountDownLatch taken = new CountDownLatch(1);
    AtomicInteger badTimes = new AtomicInteger();
    SimpleMessageListenerContainer listener = new SimpleMessageListenerContainer(connections);
    listener.setQueueNames("spring.orders");
    listener.setConcurrentConsumers(2);
    listener.setPrefetchCount(5);
    listener.setMessageListener(message -> {
      if (new String(message.getBody()).equals("good")) {
        taken.countDown();
        return;
      }
      // first back to the queue, then to the dead letters
      if (badTimes.incrementAndGet() == 1) throw new IllegalStateException("again");
      throw new AmqpRejectAndDontRequeueException("no more");
    });
    listener.start();
    DirectMessageListenerContainer answering = new DirectMessageListenerContainer(connections);
    answering.setQueueNames("spring.requests");
    answering.setAcknowledgeMode(AcknowledgeMode.AUTO);
    answering.setMessageListener(new MessageListenerAdapter(new Object() {
      public String handleMessage(String text) {
        return text.toUpperCase();
      }
    }));
    answering.start();

    Object answer = template.convertSendAndReceive("", "spring.requests", "hello");
    boolean took = taken.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    Message deadLetter = template.receive("spring.dead", TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    String reason = deadLetter.getMessageProperties().getHeader("x-first-death-reason");
    listener.stop();
    answering.stop();

    CachingConnectionFactory plain = new CachingConnectionFactory();
    plain.setUri(System.getenv("AMQP_URL"));
    RabbitTemplate transacted = new RabbitTemplate(plain);
    transacted.setChannelTransacted(true);
    transacted.convertAndSend("", "spring.dead", "committed");
    String committed = (String) transacted.receiveAndConvert("spring.dead", TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    int left = admin.getQueueInfo("spring.orders").getMessageCount();
    admin.deleteQueue("spring.orders");

    System.out.printf(
        "{\"acked\":%b,\"lostAcked\":%b,\"returnCode\":%d,\"took\":%b,\"badTimes\":%d,\"reason\":\"%s\",\"answer\":\"%s\",\"committed\":\"%s\",\"left\":%d}%n",
        acked, lostAcked, returnCode, took, badTimes.get(), reason, answer, committed, left);
    plain.destroy();
    connections.destroy();
    // the containers keep threads of their own
    System.exit(0);
  }
}
