/** Callbacks: the REST API, the use cases, the documents. */
@NullMarked
package io.callbacks.registry.callback;

import org.jspecify.annotations.NullMarked;
