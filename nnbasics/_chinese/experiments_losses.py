"""Chinese for the experiments on activations and losses."""

ZH: dict[str, str] = {
    # logits-or-probabilities
    "What does a softmax before the cross-entropy cost?": "交叉熵之前多做一次 softmax，代价有多大？",
    "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling": (
        "把概率交给交叉熵，损失降到下限就停住；交给它 logits，损失会一直下降"
    ),
    "theory: floor ln(1 + (K − 1)/e) = {floor:.4f}, K = {classes}": (
        "理论：下限 ln(1 + (K − 1)/e) = {floor:.4f}，K = {classes}"
    ),
    "cross-entropy, training data": "训练集上的交叉熵",
    "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling\n"
    "Right on test data: {logits:.1%} with logits, {probabilities:.1%} with probabilities": (
        "把概率交给交叉熵，损失降到下限就停住；交给它 logits，损失会一直下降\n"
        "测试集正确率：用 logits 为 {logits:.1%}，用概率为 {probabilities:.1%}"
    ),
}
