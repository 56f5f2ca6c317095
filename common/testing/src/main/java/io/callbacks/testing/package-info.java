/** What the tests of every service check alike. */
@NullMarked
package io.callbacks.testing;

import org.jspecify.annotations.NullMarked;
