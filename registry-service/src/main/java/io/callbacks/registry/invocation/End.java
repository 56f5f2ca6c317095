package io.callbacks.registry.invocation;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The record that tells of the end of a call.
 *
 * @param body what it holds, or names
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record End(ConsumerRecord<byte[], byte[]> record, byte[] body) {}
