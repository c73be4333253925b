"""Would it have found what was really bought?"""
