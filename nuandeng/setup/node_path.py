"""Prints the folder to run `node` and `npm` from: `PATH="$(python3 -m nuandeng.setup.node_path):$PATH"`."""

from nuandeng.setup.node import node_folder

if __name__ == "__main__":
    print(node_folder())
