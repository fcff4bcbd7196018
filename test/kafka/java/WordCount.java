import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Counts words exactly once: lines are written in two halves, each counted by an instance of its own that is closed
 * before the next one begins. Prints the words with their last count, and how many counts were written altogether.
 */
public class WordCount {
  private static final int LINES = 200;

  public static void main(String[] arguments) throws Exception {
    String broker = arguments[0], from = arguments[1], to = arguments[2], application = arguments[3];
    String state = arguments[4];
    try (var admin = Admin.create(Map.of("bootstrap.servers", broker))) {
      admin.createTopics(List.of(new NewTopic(from, 2, (short) 1), new NewTopic(to, 2, (short) 1))).all().get();
    }
    var counts = new TreeMap<String, Long>();
    long written = 0;
    try (var reader = reader(broker)) {
      reader.subscribe(List.of(to));
      for (int half = 0; half < 2; half++) {
        produce(broker, from, half);
        try (var streams = new KafkaStreams(topology(from, to), settings(broker, application, state + half))) {
          streams.start();
          long expected = (half + 1) * LINES * 3L;
          long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
          while (written < expected && System.nanoTime() < deadline) {
            for (var record : reader.poll(Duration.ofMillis(200))) {
              counts.put(record.key(), record.value());
              written++;
            }
          }
          streams.close(Duration.ofSeconds(20));
        }
      }
      for (var record : reader.poll(Duration.ofMillis(500))) written++;
    }
    System.out.println(counts + " " + written);
  }

  private static org.apache.kafka.streams.Topology topology(String from, String to) {
    var builder = new StreamsBuilder();
    builder.<String, String>stream(from)
        .flatMapValues(line -> Arrays.asList(line.split(" ")))
        .groupBy((key, word) -> word)
        .count(Materialized.as("counts"))
        .toStream()
        .to(to, Produced.with(Serdes.String(), Serdes.Long()));
    return builder.build();
  }

  private static Properties settings(String broker, String application, String state) {
    var settings = new Properties();
    settings.putAll(
        Map.of(
            "bootstrap.servers", broker,
            "application.id", application,
            "processing.guarantee", "exactly_once_v2",
            "commit.interval.ms", "100",
            "statestore.cache.max.bytes", "0",
            "state.dir", state,
            "default.key.serde", Serdes.String().getClass(),
            "default.value.serde", Serdes.String().getClass(),
            "consumer.auto.offset.reset", "earliest"));
    // The second instance takes over when the session of the first one has ended.
    settings.putAll(Map.of("session.timeout.ms", "6000", "heartbeat.interval.ms", "1000"));
    return settings;
  }

  private static void produce(String broker, String topic, int half) throws Exception {
    var text = new StringSerializer();
    try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker), text, text)) {
      for (int i = 0; i < LINES; i++) producer.send(new ProducerRecord<>(topic, "line" + i, "all half" + half + " n" + i % 2));
      producer.flush();
    }
  }

  private static KafkaConsumer<String, Long> reader(String broker) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", broker,
            "group.id", "reader-" + System.nanoTime(),
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed");
    return new KafkaConsumer<>(settings, new StringDeserializer(), new LongDeserializer());
  }
}
