/** A Kafka broker and a MongoDB-protocol store inside this JVM. */
@NullMarked
package io.callbacks.embedded;

import org.jspecify.annotations.NullMarked;
