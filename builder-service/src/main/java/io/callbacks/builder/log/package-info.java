/** Build logs: one file a build, read while it grows. */
@NullMarked
package io.callbacks.builder.log;

import org.jspecify.annotations.NullMarked;
