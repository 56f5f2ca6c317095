/** Consuming events: decoding, dead-lettering, endless retry of what is not the record's fault. */
@NullMarked
package io.callbacks.service.event;

import org.jspecify.annotations.NullMarked;
