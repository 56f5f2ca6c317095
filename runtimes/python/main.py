"""Entry of the Python shim: the front, or one of the processes it starts (see ../README.md)."""
import os
import sys

HOME = os.path.dirname(os.path.abspath(__file__))

if __name__ == "__main__":
    sys.path.insert(0, HOME)
    if len(sys.argv) > 1 and sys.argv[1] == "zygote":
        from callbacks_shim import zygote

        zygote.main(sys.argv[2:])
    else:
        from callbacks_shim import front

        front.main()
