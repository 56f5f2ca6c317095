/** What holds for every request at the door: strictness, header rules, bodies, problems. */
@NullMarked
package io.callbacks.invoker.http;

import org.jspecify.annotations.NullMarked;
