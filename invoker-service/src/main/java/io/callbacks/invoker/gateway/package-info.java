/** The hot path: from a request below {@code /api} to an instance and back. */
@NullMarked
package io.callbacks.invoker.gateway;

import org.jspecify.annotations.NullMarked;
