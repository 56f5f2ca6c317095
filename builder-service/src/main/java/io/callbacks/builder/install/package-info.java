/** What all installs of dependencies have in common, wherever they are run. */
@NullMarked
package io.callbacks.builder.install;

import org.jspecify.annotations.NullMarked;
