/** Where builders are run in tests. */
@NullMarked
package io.callbacks.builder.testing;

import org.jspecify.annotations.NullMarked;
