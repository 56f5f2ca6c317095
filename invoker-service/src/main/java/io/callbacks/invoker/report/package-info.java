/** What an invoker tells the others of itself. */
@NullMarked
package io.callbacks.invoker.report;

import org.jspecify.annotations.NullMarked;
