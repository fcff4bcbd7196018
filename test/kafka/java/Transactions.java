import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Reads a topic, writes what it read into another within transactions, aborts every other one; prints what is left. */
public class Transactions {
  public static void main(String[] arguments) throws Exception {
    String broker = arguments[0], from = arguments[1], to = arguments[2], group = arguments[3];
    StringSerializer text = new StringSerializer();
    try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker), text, text)) {
      for (int i = 0; i < 6; i++) producer.send(new ProducerRecord<>(from, "m" + i)).get();
    }
    Map<String, Object> transactional = Map.of("bootstrap.servers", broker, "transactional.id", group + "-tx");
    try (var consumer = consumer(broker, group); var producer = new KafkaProducer<>(transactional, text, text)) {
      producer.initTransactions();
      consumer.subscribe(List.of(from));
      int seen = 0;
      while (seen < 6) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          producer.beginTransaction();
          producer.send(new ProducerRecord<>(to, record.value()));
          var next = Map.of(new TopicPartition(from, record.partition()), new OffsetAndMetadata(record.offset() + 1));
          producer.sendOffsetsToTransaction(next, consumer.groupMetadata());
          if (seen++ % 2 == 0) producer.commitTransaction();
          else producer.abortTransaction();
        }
      }
    }
    List<String> left = new ArrayList<>();
    try (var consumer = consumer(broker, group + "-reader")) {
      consumer.subscribe(List.of(to));
      while (left.size() < 3) for (var record : consumer.poll(Duration.ofMillis(200))) left.add(record.value());
    }
    try (var consumer = consumer(broker, group)) {
      var partition = new TopicPartition(from, 0);
      left.add("offset " + consumer.committed(java.util.Set.of(partition)).get(partition).offset());
    }
    System.out.println(String.join(",", left));
  }

  private static KafkaConsumer<String, String> consumer(String broker, String group) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", broker,
            "group.id", group,
            "auto.offset.reset", "earliest",
            "enable.auto.commit", "false",
            "isolation.level", "read_committed");
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
  }
}
